"""Connect a company: trade the code that consent brought for tokens, keep them, learn the company's name."""

from dataclasses import dataclass, replace

from counterfoil.actions import credentials as permissions
from counterfoil.actions.apps import oauth_app
from counterfoil.actions.credentials import Grant, connect
from counterfoil.actions.draft import Birth
from counterfoil.actions.perform import client_of
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.tally import counted
from counterfoil.actions.trail import note
from counterfoil.model.actor import Role
from counterfoil.model.company import Company
from counterfoil.model.credential import Credential, Environment
from counterfoil.quickbooks.company import read_company
from counterfoil.store import credentials, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the browser brought back from Intuit, and the address it came back to. The code works once."""

    code: str
    realm_id: str
    redirect_uri: str


def connect_company(
    around: Surroundings, name: str, environment: Environment, consent: Consent
) -> tuple[Credential, Company]:
    """Keep the permission under a name, sealed, and prove it by reading the company: two metered calls.

    A company that has a credential already is reconnected and keeps that credential's name. Raises
    AlreadyExists when the name stands for another company, ReconnectNeeded for a code that is used or too
    old, SettingInvalid for wrong keys, and what reading raises; by then the tokens are kept.
    """
    need(around.actor, Role.EDITOR)
    app = oauth_app(around, environment)
    tokens = app.exchange(consent.code, redirect_uri=consent.redirect_uri, now=around.now())
    grant = Grant(name=name, realm_id=consent.realm_id, environment=environment, tokens=tokens)
    credential = connect(around.db, grant, Birth(now=around.now(), chance=around.chance))
    with client_of(around, credential) as client, counted(around.db, client, now=around.now):
        company = read_company(client)
    known = replace(credential, company_name=company.name)
    with around.db.transaction() as one:
        credentials.save(one, known)
        note(around, one, "connected", ("credential", known.id, known.name), company=company.name)
    return known, company


def check(around: Surroundings, name: str) -> Company:
    """Prove that a credential still opens its company, by reading it: two metered calls.

    Raises NotFound, ReconnectNeeded, and what reading raises.
    """
    need(around.actor, Role.EDITOR)
    credential = credentials.named(around.db, name)
    with client_of(around, credential) as client, counted(around.db, client, now=around.now):
        company = read_company(client)
    credentials.save(around.db, replace(credential, company_name=company.name))
    return company


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """A credential without its grant, and the names of the sources that stand still until it is connected again."""

    credential: Credential
    sources: tuple[str, ...]


def disconnect(around: Surroundings, name: str) -> Disconnected:
    """Give the grant back to Intuit and forget the tokens; tables and cursors stay.

    Raises Forbidden, NotFound, QuickBooksDown.
    """
    need(around.actor, Role.EDITOR)
    credential = credentials.named(around.db, name)
    app = oauth_app(around, credential.environment)
    ended = permissions.disconnect(around.db, name, app.revoke)
    with around.db.transaction() as one:
        note(around, one, "disconnected", ("credential", ended.id, ended.name))
        users = [source.name for source in sources.every(one) if source.credential.id == ended.id]
    return Disconnected(credential=ended, sources=tuple(users))
