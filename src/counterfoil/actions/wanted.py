"""What a configuration file asks for, read into our words; whether it can be had is for `apply` to see."""

from collections.abc import Mapping
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from counterfoil.actions.document import Document, Part, Place, Text, guess, place, shown
from counterfoil.errors import SettingInvalid
from counterfoil.logs import mask
from counterfoil.model import report_choice
from counterfoil.model.connection import dataset_fault
from counterfoil.model.credential import Environment, realm_fault
from counterfoil.model.identity import name_fault
from counterfoil.model.member import DATASET, Union, currency_fault
from counterfoil.model.report_choice import Choice
from counterfoil.model.schedule import MANUAL, Schedule
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import prefix_fault
from counterfoil.model.style import heard

VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCredential:
    """A credential as the file asks for it; a refresh token stands there only as `${NAME}`."""

    name: Text
    realm_id: Text
    environment: Text
    refresh_token: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedUnion:
    """Views over all companies of a destination as the file asks for them."""

    union: Union
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDestination:
    """A destination as the file asks for it; `option_names` tells where each option stands."""

    name: Text
    kind: Text
    options: Mapping[str, Text]
    option_names: tuple[Text, ...]
    companies: WantedUnion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFeed:
    """A destination that a source feeds; no dataset means the kind's own."""

    destination: Text
    dataset: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSource:
    """A source as the file asks for it; `streams` None means all, `paused` None that the file is silent."""

    name: Text
    credential: Text
    streams: tuple[Text, ...] | None
    reports: tuple[tuple[Place, Choice], ...]
    views: bool
    fivetran: str | None
    prefix: Text
    schedule: Schedule
    paused: bool | None
    feeds: tuple[WantedFeed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All that a file asks for."""

    credentials: tuple[WantedCredential, ...]
    destinations: tuple[WantedDestination, ...]
    sources: tuple[WantedSource, ...]


def read_wanted(document: Document) -> Wanted:
    """Read a file; its mistakes are noted in the document. Raises ConfigurationInvalid when it is no YAML."""
    keys = ("version", "credentials", "destinations", "sources")
    root = document.part(document.root(), keys=keys, needed=("version",))
    version = document.text_of(root, "version", VERSION)
    if version.value != VERSION:
        document.fault(version.at, f"this Counterfoil reads version {VERSION}, not {shown(version.value)}")
    wanted = Wanted(
        credentials=tuple(_credential(document, node) for node in _items(document, root, "credentials")),
        destinations=tuple(_destination(document, node) for node in _items(document, root, "destinations")),
        sources=tuple(_source(document, node) for node in _items(document, root, "sources")),
    )
    for things in (wanted.credentials, wanted.destinations, wanted.sources):
        _refuse_twins(document, [thing.name for thing in things])
    return wanted


def _items(document: Document, root: Part, key: str) -> tuple[Node, ...]:
    return tuple(document.items(root.values.get(key)))


def _credential(document: Document, node: Node) -> WantedCredential:
    keys = ("name", "realm_id", "environment", "refresh_token")
    part = document.part(node, keys=keys, needed=("name", "realm_id"))
    realm = document.text_of(part, "realm_id")
    # QuickBooks shows the company id in groups of four; people paste it so.
    realm_id = Text("".join(realm.value.split()), realm.at)
    environment = document.text_of(part, "environment", str(Environment.PRODUCTION))
    if environment.value not in list(Environment):
        hint = guess(environment.value, list(Environment))
        document.fault(environment.at, f"there is no environment {shown(environment.value)}; {hint}")
    if "realm_id" in part.values:
        _note(document, realm_id, realm_fault(realm_id.value))
    token = document.text_of(part, "refresh_token") if "refresh_token" in part.values else None
    return WantedCredential(
        name=_name(document, part), realm_id=realm_id, environment=environment, refresh_token=token
    )


def _destination(document: Document, node: Node) -> WantedDestination:
    part = document.part(node, keys=("name", "kind", "options", "companies"), needed=("name", "kind"))
    written = part.values.get("options")
    options: dict[str, Text] = {}
    names: list[Text] = []
    if isinstance(written, MappingNode):
        names = [document.scalar(key) for key, _ in written.value]
        inner = document.part(written, keys=[name.value for name in names])
        options = {key: document.scalar(value) for key, value in inner.values.items()}
    elif written is not None:
        document.part(written, keys=())
    return WantedDestination(
        name=_name(document, part),
        kind=document.text_of(part, "kind"),
        options=options,
        option_names=tuple(names),
        companies=_companies(document, part),
    )


def _companies(document: Document, part: Part) -> WantedUnion | None:
    """None where the file is silent or says false; true stands for what is usual."""
    node = part.values.get("companies")
    if node is None:
        return None
    if isinstance(node, ScalarNode):
        wanted = _switch(document, part, "companies")
        return WantedUnion(union=Union(), at=place(node)) if wanted else None
    inner = document.part(node, keys=("dataset", "currency"))
    dataset = document.text_of(inner, "dataset", DATASET)
    currency = document.text_of(inner, "currency")
    _note(document, dataset, dataset_fault(dataset.value))
    _note(document, currency, currency_fault(currency.value))
    return WantedUnion(union=Union(dataset=dataset.value, currency=currency.value), at=dataset.at)


def _source(document: Document, node: Node) -> WantedSource:
    keys = (
        "name",
        "credential",
        "streams",
        "reports",
        "views",
        "fivetran",
        "prefix",
        "schedule",
        "paused",
        "destinations",
    )
    part = document.part(node, keys=keys, needed=("name", "credential"))
    prefix = document.text_of(part, "prefix")
    _note(document, prefix, prefix_fault(prefix.value))
    feeds = tuple(_feed(document, item) for item in _items(document, part, "destinations"))
    return WantedSource(
        name=_name(document, part),
        credential=document.text_of(part, "credential"),
        streams=_streams(document, part.values.get("streams"), alone="reports" not in part.values),
        reports=_reports(document, part),
        views=_switch(document, part, "views") is not False,
        fivetran=_fivetran(document, part),
        prefix=prefix,
        schedule=_schedule(document, part),
        paused=_switch(document, part, "paused"),
        feeds=feeds,
    )


def _streams(document: Document, node: Node | None, *, alone: bool) -> tuple[Text, ...] | None:
    """None for all of them, which is also what a file that is silent means."""
    if node is None:
        return None
    if isinstance(node, ScalarNode):
        if node.value != "all":
            document.fault(document.scalar(node).at, "expected `all`, or a list of streams")
        return None
    streams = tuple(document.scalar(item) for item in document.items(node))
    if not streams and alone:
        document.fault(place(node), "no stream is chosen; write `all`, or name some")
    return streams


def _reports(document: Document, part: Part) -> tuple[tuple[Place, Choice], ...]:
    found: dict[str, tuple[Place, Choice]] = {}
    for item in _items(document, part, "reports"):
        written = document.scalar(item)
        try:
            choice = report_choice.parse(written.value)
        except SettingInvalid as error:
            document.fault(
                written.at, mask(f"{error.what[0].lower()}{error.what[1:]} {error.do}".rstrip("."))
            )
            continue
        if choice.report in found:
            document.fault(written.at, f"the report {choice.report} stands here twice")
        found.setdefault(choice.report, (written.at, choice))
    return tuple(found.values())


def _schedule(document: Document, part: Part) -> Schedule:
    written = document.text_of(part, "schedule")
    try:
        return parse(written.value)
    except SettingInvalid as error:
        document.fault(written.at, mask(error.what[0].lower() + error.what[1:].rstrip(".")))
        return MANUAL


def _switch(document: Document, part: Part, name: str) -> bool | None:
    """None where the file is silent."""
    if name not in part.values:
        return None
    written = document.text_of(part, name)
    if written.value not in ("true", "false"):
        document.fault(written.at, f"`{name}` is true or false, not {shown(written.value)}")
    return written.value == "true"


def _fivetran(document: Document, part: Part) -> str | None:
    if "fivetran" not in part.values:
        return None
    written = document.text_of(part, "fivetran")
    dataset = heard(written.value)
    if dataset:
        _note(document, written, dataset_fault(dataset))
    return dataset


def _feed(document: Document, node: Node) -> WantedFeed:
    if isinstance(node, ScalarNode):
        name = document.scalar(node)
        return WantedFeed(destination=name, dataset=Text("", name.at))
    part = document.part(node, keys=("name", "dataset"), needed=("name",))
    dataset = document.text_of(part, "dataset")
    if "dataset" in part.values:
        _note(document, dataset, dataset_fault(dataset.value))
    return WantedFeed(destination=document.text_of(part, "name"), dataset=dataset)


def _name(document: Document, part: Part) -> Text:
    name = document.text_of(part, "name")
    if "name" in part.values:
        _note(document, name, name_fault(name.value))
    return name


def _note(document: Document, text: Text, fault: str) -> None:
    if fault:
        document.fault(text.at, f"{shown(text.value)} {fault}")


def _refuse_twins(document: Document, names: list[Text]) -> None:
    seen: dict[str, Place] = {}
    for name in names:
        if name.value and name.value in seen:
            document.fault(
                name.at, f"the name {shown(name.value)} stands in line {seen[name.value].line} already"
            )
        seen.setdefault(name.value, name.at)
