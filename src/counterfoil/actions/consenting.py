"""Connect a company through a browser that belongs to someone else: begin here, end where Intuit comes back.

Whoever begins gets the address of Intuit's page. The answer comes back with the `state` that only that page was
given, is taken once, and only for the session that began. Intuit documents no PKCE for this flow (reference, section
1), so none is sent; the client secret guards the code.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from counterfoil.actions.apps import needed_app
from counterfoil.actions.connecting import Consent, connect_company
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, NeedsPerson, NotFound, SettingInvalid
from counterfoil.model.actor import Actor, ActorKind, Role
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.identity import name_fault
from counterfoil.store import consents, credentials
from counterfoil.store.consents import PendingConsent

WAIT = timedelta(minutes=30)
"""How long someone may take over signing in and choosing a company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was begun: send the browser to `url`; `id` tells later what came of it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be connected: a new credential by name, or one that exists again (`credential`, its name).

    `back` is a page of ours to go to afterwards; `session` the digest of the browser's session, if one asks.
    """

    name: str = ""
    environment: Environment = Environment.PRODUCTION
    credential: str = ""
    back: str = ""
    session: str = ""


def begin(around: Surroundings, wish: Wish, *, redirect_uri: str) -> Asked:
    """Begin a way through the browser. Raises Forbidden, NotFound, SettingInvalid."""
    need(around.actor, Role.EDITOR)
    again = credentials.named(around.db, wish.credential) if wish.credential else None
    name = again.name if again else wish.name
    if fault := name_fault(name):
        raise SettingInvalid(f"{name[:100]!r} {fault}.", do="Give the credential a name.")
    environment = again.environment if again else wish.environment
    app = needed_app(around, environment)
    state = secrets.token_urlsafe(32)  # never from outside: who can guess it can answer in another's name
    consent = PendingConsent(
        id=consents.id_of(state),
        actor_id=around.actor.id,
        session=wish.session,
        name=name,
        environment=environment,
        credential_id=again.id if again else None,
        redirect_uri=redirect_uri,
        back=page_of_ours(wish.back),
        created_at=around.now(),
        ends_at=around.now() + WAIT,
    )
    consents.add(around.db, consent)
    return Asked(id=consent.id, url=app.consent_url(redirect_uri=redirect_uri, state=state))


def finish(
    around: Surroundings, answer: Mapping[str, str], *, session: str = ""
) -> tuple[PendingConsent, Credential]:
    """Take what the browser brought back: `code`, `realmId` and `state`, or `error` and `state`.

    Raises NeedsPerson for an answer that is not asked for, was taken before, or comes from another session, and for
    consent that was declined; and what connecting raises. What came of it is kept with the question.
    """
    consent = _taken(around, answer.get("state", ""), session)
    if not consent.session:  # the browser may be anybody's: it is done in the name of the key that asked
        asker = Actor(kind=ActorKind.KEY, id=consent.actor_id, name=consent.actor_id, role=Role.EDITOR)
        around = replace(around, actor=asker)
    try:
        credential = _connected(around, consent, answer)
    except CounterfoilError as error:
        consents.note_result(around.db, consent.id, error=(error.code, error.what, error.do))
        raise
    consents.note_result(around.db, consent.id, result=credential.id)
    return consent, credential


def result(around: Surroundings, consent_id: str) -> PendingConsent:
    """What became of a question, for who asked it. Raises NotFound."""
    found = consents.with_id(around.db, consent_id)
    if found is None or found.actor_id != around.actor.id:
        raise NotFound("There is no such question to Intuit.", do="Begin anew.")
    return found


def earlier(around: Surroundings, answer: Mapping[str, str], *, session: str) -> PendingConsent | None:
    """What became of an answer that this session brought before, or brings too late; None when it is not its own."""
    state = answer.get("state", "")
    consent = consents.with_id(around.db, consents.id_of(state)) if state else None
    if consent is None or not consent.session or not secrets.compare_digest(consent.session, session):
        return None
    return consent


def page_of_ours(path: str) -> str:
    """The path, if it leads to a page of ours, else "": nobody is sent elsewhere by a link of ours."""
    plain = path.isascii() and path.isprintable() and " " not in path and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else ""


def _taken(around: Surroundings, state: str, session: str) -> PendingConsent:
    consent = consents.with_id(around.db, consents.id_of(state)) if state else None
    # Whoever began it with a key has no session: there the state alone, which only that one was given, has to do.
    ours = consent is not None and (not consent.session or secrets.compare_digest(consent.session, session))
    if consent is None or not ours or not consents.take(around.db, consent.id, around.now()):
        error = NeedsPerson(
            "This answer from Intuit was not asked for here, or was used before, or came too late.",
            do="Begin again from the page where you connect the company, in this same browser.",
        )
        if consent is not None and ours and consent.used_at is None:
            consents.note_result(around.db, consent.id, error=_too_late())
        raise error
    return consent


def _too_late() -> tuple[str, str, str]:
    late = NeedsPerson(
        f"Intuit's answer came after more than {WAIT.seconds // 60} minutes; nothing was connected.",
        do="Connect again.",
    )
    return late.code, late.what, late.do


def _connected(around: Surroundings, consent: PendingConsent, answer: Mapping[str, str]) -> Credential:
    code, realm_id = answer.get("code", ""), answer.get("realmId", "")
    if not code or not realm_id:
        raise _declined(answer.get("error", ""))
    again = _reconnected(around, consent)
    if again is not None and realm_id != again.realm_id:
        raise NeedsPerson(
            f"At Intuit company {realm_id[:20]} was chosen, but {again.name!r} is for "
            f"{again.company_name or 'company'} ({again.realm_id}).",
            do="Reconnect and choose that company; or connect the other one under a name of its own.",
        )
    given = Consent(code=code, realm_id=realm_id, redirect_uri=consent.redirect_uri)
    credential, _ = connect_company(around, consent.name, consent.environment, given)
    return credential


def _reconnected(around: Surroundings, consent: PendingConsent) -> Credential | None:
    known = {credential.id: credential for credential in credentials.every(around.db)}
    if consent.credential_id is None:
        return None
    if consent.credential_id not in known:
        raise NotFound("The credential was removed meanwhile.", do="Connect the company as a new one.")
    return known[consent.credential_id]


def _declined(error: str) -> NeedsPerson:
    if error == "access_denied":
        return NeedsPerson(
            "Consent was declined at Intuit; nothing was connected.",
            do="Connect again when you want to, and choose “Connect” there.",
        )
    return NeedsPerson(
        f"Intuit sent no permission back: {error[:100] or 'no reason was given'}.",
        do="Try again; if it stays so, look at the app's settings at developer.intuit.com.",
    )
