"""Whether what a configuration file asks for can be had; every mistake is noted at its place."""

from collections.abc import Iterable, Mapping

from counterfoil.actions.destinations import convert
from counterfoil.actions.document import Document, Text, guess, shown
from counterfoil.actions.known import Known
from counterfoil.actions.references import REFERENCE, SEALED, is_reference, shows_password, unset
from counterfoil.actions.rules import prefix_too_long, report_faults
from counterfoil.actions.wanted import Wanted, WantedCredential, WantedDestination, WantedSource
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Option
from counterfoil.errors import SettingInvalid
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.catalog import catalog, everything


def check(document: Document, wanted: Wanted, known: Known, environment: Mapping[str, str]) -> None:
    """Note every mistake in the document."""
    for credential in wanted.credentials:
        _credential(document, credential, wanted, known)
        if credential.refresh_token is not None:
            _secret(document, credential.refresh_token, environment)
    for destination in wanted.destinations:
        _destination(document, destination, environment)
    for source in wanted.sources:
        _source(document, source, wanted, known)


def _credential(document: Document, credential: WantedCredential, wanted: Wanted, known: Known) -> None:
    """A credential is the permission to read one company, and a company has one credential."""
    same_name = known.credentials.get(credential.name.value)
    company = (credential.environment.value, credential.realm_id.value)
    if same_name is not None and (str(same_name.environment), same_name.realm_id) != company:
        document.fault(
            credential.realm_id.at,
            f"the credential {shown(same_name.name)} is for {same_name.environment} company "
            f"{same_name.realm_id}; give the other company a credential of its own",
        )
    others = {(str(other.environment), other.realm_id): name for name, other in known.credentials.items()}
    others |= {
        (other.environment.value, other.realm_id.value): other.name.value
        for other in wanted.credentials
        if other.name.at < credential.name.at
    }
    owner = others.get(company, credential.name.value)
    if owner != credential.name.value:
        document.fault(
            credential.realm_id.at, f"this company has the credential {shown(owner)} already; use that one"
        )


def _destination(document: Document, destination: WantedDestination, environment: Mapping[str, str]) -> None:
    kind = KINDS.get(destination.kind.value)
    if kind is None:
        hint = guess(destination.kind.value, KINDS)
        document.fault(
            destination.kind.at, f"there is no kind of warehouse {shown(destination.kind.value)}; {hint}"
        )
        return
    if destination.companies and not kind.capabilities.dialect:
        document.fault(
            destination.companies.at, f"{kind.name} speaks no SQL: it has no views over all companies"
        )
    options = {option.name: option for option in kind.options}
    for name in destination.option_names:
        if name.value not in options:
            hint = guess(name.value, options)
            document.fault(name.at, f"{kind.name} has no option {shown(name.value)}; {hint}")
    for option in kind.options:
        if option.name in destination.options:
            _option(document, option, destination.options[option.name], environment)
        elif option.required:
            document.fault(
                destination.name.at, f"{kind.name} needs the option `{option.name}`: {option.help}"
            )


def _option(document: Document, option: Option, text: Text, environment: Mapping[str, str]) -> None:
    if SEALED.search(text.value):
        document.fault(text.at, _in_clear(f"{shown(text.value)} means what only this store keeps sealed"))
    elif option.secret:
        _secret(document, text, environment)
    elif shows_password(text.value):
        document.fault(text.at, _in_clear("a password stands here in clear text"))
    elif not _all_set(document, text, environment):
        return
    elif not REFERENCE.search(text.value):
        try:
            convert(option, text.value)
        except SettingInvalid as error:
            document.fault(text.at, error.what.rstrip("."))


def _secret(document: Document, text: Text, environment: Mapping[str, str]) -> None:
    if is_reference(text.value):
        _all_set(document, text, environment)
    else:
        document.fault(text.at, _in_clear("a secret stands here in clear text"))


def _in_clear(what: str) -> str:
    return f"{what}; write ${{NAME}} and put the value in the environment"


def _all_set(document: Document, text: Text, environment: Mapping[str, str]) -> bool:
    missing = unset(text.value, environment)
    for name in missing:
        document.fault(text.at, f"${{{name}}} is not set in the environment; set it where Counterfoil runs")
    return not missing


def _streams(source: WantedSource) -> list[Stream]:
    chosen = list(catalog()) if source.streams is None else [text.value for text in source.streams]
    names = {*chosen, *(choice.report for _, choice in source.reports)}
    return [stream for name, stream in everything().items() if name in names]


def _source(document: Document, source: WantedSource, wanted: Wanted, known: Known) -> None:
    _exists(document, source.credential, "credential", [*_names(wanted.credentials), *known.credentials])
    for stream in source.streams or ():
        _exists(document, stream, "stream", catalog())
    for at, choice in source.reports:
        for fault in report_faults((choice,)):
            document.fault(at, fault[0].lower() + fault[1:].rstrip("."))
    kinds = {name: destination.kind for name, destination in known.destinations.items()}
    kinds |= {destination.name.value: destination.kind.value for destination in wanted.destinations}
    for feed in source.feeds:
        _exists(document, feed.destination, "destination", kinds)
        kind = KINDS.get(kinds.get(feed.destination.value, ""))
        if kind is not None and (fault := prefix_too_long(source.prefix.value, _streams(source), kind)):
            document.fault(source.prefix.at, fault)
    feeds = [(feed.destination.value, feed.dataset.value) for feed in source.feeds]
    for feed, pair in zip(source.feeds, feeds, strict=True):
        if feeds.count(pair) > 1:
            document.fault(feed.destination.at, f"{shown(pair[0])} with the same dataset stands here twice")


def _names(things: Iterable[WantedCredential]) -> list[str]:
    return [thing.name.value for thing in things]


def _exists(document: Document, text: Text, noun: str, known: Iterable[str]) -> None:
    names = list(known)
    if text.value and text.value not in names:
        document.fault(text.at, f"there is no {noun} {shown(text.value)}; {guess(text.value, names)}")
