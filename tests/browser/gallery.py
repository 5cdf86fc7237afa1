"""A service that shows a prepared store: nothing in it moves, so that every page can be looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from counterfoil.actions import alerts, drafts, keys, users
from counterfoil.actions.books import NAMES
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.model.standing import Standing
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import credentials, sources
from tests.api.service import opened
from tests.browser.addresses import Choices
from tests.browser.prepared import Cast, Prepared, prepare
from tests.browser.service import ADA, Service, aimed_at, serving

PLAIN = Cast(
    sources={standing: f"{standing.name.title().replace('_', ' ')} books" for standing in Standing},
    companies={standing: f"{standing.name.title().replace('_', ' ')} Ltd" for standing in Standing},
)


LOOKED_AT = (Standing.ON_TIME, Standing.RECONNECT, Standing.SYNCING, Standing.NEW)
"""The page of a source that stands otherwise looks like one of these; the list shows them all."""


ENDS = (SyncState.FAILED, SyncState.RUNNING, SyncState.SUCCEEDED, SyncState.PARTIAL)
"""So do the pages of syncs."""


@dataclass(frozen=True)
class Gallery:
    """The service, who looks, and by parameter the values for which there are pages."""

    service: Service
    session: str
    prepared: Prepared
    choices: Choices

    @property
    def url(self) -> str:
        return self.service.url


@contextmanager
def showing(around: Surroundings, sandbox: Sandbox, cast: Cast) -> Iterator[Gallery]:
    """Fill an empty store and show it."""
    with serving(around, engine=False) as service:
        session = service.come_in()
        prepared = prepare(around, sandbox, cast)
        yield Gallery(service, session, prepared, _choices(around, prepared))


@contextmanager
def showing_of(store: Path, sandbox: Sandbox, cast: Cast) -> Iterator[Gallery]:
    """The same with a store of its own, in a file."""
    with (
        opened(f"sqlite:///{store}", store.parent) as db,
        showing(aimed_at(sandbox, db, store.parent), sandbox, cast) as shown,
    ):
        yield shown


def _choices(around: Surroundings, prepared: Prepared) -> Choices:
    cast = prepared.cast
    named = {standing: quote(cast.sources[standing], safe="") for standing in cast.sources}
    invited = users.invite(around, "barbara@example.com", role=Role.VIEWER)
    every_key = keys.every(around)
    return {
        "/sources/{name}": (named[Standing.ON_TIME],),
        "/sources/{name} alone": tuple(named[standing] for standing in LOOKED_AT if standing in named),
        "/syncs/{sync_id}": (prepared.syncs[SyncState.FAILED],),
        "/syncs/{sync_id} alone": (
            *(prepared.syncs[state] for state in ENDS),
            *(f"{prepared.syncs[state]}?first=1" for state in (SyncState.RUNNING, SyncState.SUCCEEDED)),
        ),
        "/setup/{draft_id}": _drafts(around, cast),
        "/destinations/{name}": tuple(quote(name, safe="") for name in (cast.lake, cast.finance)),
        "/credentials/{name}": tuple(quote(each.name, safe="") for each in credentials.every(around.db)[:1]),
        "/welcome/{word}": (invited.word, "worn-out"),
        "/users/{user_id}": tuple(each.id for each in users.every(around)[1:2]),
        "/keys/{key_id}": tuple(each.id for each in every_key),
        "/alerts/channels/{channel_id}": tuple(each.channel.id for each in alerts.every_channel(around.db)),
        "/audit/{name}": ("audit.csv", "audit.jsonl"),
        "/sources/{name}/tables/{table}": (f"{cast.prefixes[Standing.ON_TIME]}payment_line",),
        "/sources/{name}/books/{statement}": ("receivables",),
        "/sources/{name}/books/{statement} alone": tuple(f"{each}?shown=yes" for each in NAMES),
        "/sources/{name}/books/transactions/{type_}": ("Invoice",),
        "/sources/{name}/books/transactions/{type_}/{id_}": (prepared.invoice,),
    }


def _drafts(around: Surroundings, cast: Cast) -> tuple[str, ...]:
    """One that is nearly done, and one that has just begun; they are Ada's."""
    ada = replace(around, actor=users.show(around, ADA).actor)
    done, begun = (
        drafts.begin(ada, "Wren Bakery"),
        drafts.begin(ada, f"{cast.sources[Standing.NEW]} again"[:100].strip()),
    )
    connected = cast.sources[Standing.ON_TIME]
    choices = replace(
        done.choices,
        credential=sources.named(around.db, connected).credential.name,
        prefix="wren_",
        schedule="every 1 hour from 00:00 UTC",
        streams_chosen=True,
        feeds=((cast.lake, "quickbooks"),),
    )
    drafts.choose(ada, done.id, choices)
    return done.id, begun.id
