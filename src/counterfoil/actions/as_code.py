"""What a form does, as code: the commands and the file that do the same, for people to copy.

Whoever reads them may see all that they hold: a secret stands there only as a reference, or is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from counterfoil.actions import as_commands
from counterfoil.actions.as_yaml import Things, Written, written
from counterfoil.actions.destination_changes import NewDestination, kind_of, refuse_faults
from counterfoil.actions.draft import Birth, Draft
from counterfoil.actions.known import known_as, read_known
from counterfoil.actions.references import shows_password
from counterfoil.actions.sealing import seal
from counterfoil.actions.source_changes import Changes, NewSource, changed, created
from counterfoil.actions.sources import Kept
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.syncs import Errand
from counterfoil.errors import SettingInvalid
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source
from counterfoil.store import destinations

ANEW = "Makes the same where there is none."
CHANGES = "Makes the changes that were typed."
ONCE = "A file says what is set up, not what is done once: there is none for this."
NO_RENAMING = "A file cannot rename: with another name it makes another one. Rename by command first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The same as commands and as a file for `apply`, each with a sentence; "" where there is none.

    `connect` is the command that has to come first, with a browser; `variables` have to be set for the file.
    """

    commands: str
    told: str
    connect: str = ""
    yaml: str = ""
    yaml_told: str = ""
    variables: tuple[str, ...] = ()


def source(view: Kept) -> Code:
    """A source as it stands, with the destinations that it feeds."""
    return _of_source(view.source, view.connections)


def new_source(around: Surroundings, new: NewSource) -> Code:
    """A source that is to be made. Raises what making it would: NotFound, SettingInvalid."""
    target = created(new, read_known(around.db), _birth(around))
    return _of_source(target.sources[0], _feeds(target))


def changed_source(around: Surroundings, name: str, changes: Changes) -> Code:
    """A change of a source; as it stands, when nothing is to be another. Raises NotFound, SettingInvalid."""
    known = read_known(around.db)
    before = known_as(known.sources, name, "source")
    target = changed(before, changes, known, _birth(around))
    (after,), new = target.sources, _feeds(target)
    whole = _of_source(after, new)
    old = [feed for feed in known.connections if feed.source.id == before.id]
    command = as_commands.changing_source(before, after, old, new)
    if not command:
        return whole
    return replace(
        whole,
        commands=command,
        told=CHANGES,
        connect="",
        yaml_told=whole.yaml_told if before.name == after.name else NO_RENAMING,
    )


def destination(around: Surroundings, name: str) -> Code:
    """A destination as it stands. Raises NotFound."""
    return _of_destination(destinations.named(around.db, name))


def new_destination(around: Surroundings, new: NewDestination) -> Code:
    """A destination that is to be made; secrets that were typed are asked for. Raises SettingInvalid."""
    return _of_destination(_typed(around, new))


def changed_destination(around: Surroundings, name: str, typed: NewDestination) -> Code:
    """A change of a destination: its name and all its options as typed. Raises NotFound, SettingInvalid."""
    before = destinations.named(around.db, name)
    kept = destinations.secrets(around.db, before.id)
    sealed = seal(kind_of(before.kind), typed.options, kept)
    after = replace(before, name=typed.name, options=_without_passwords(sealed.options))
    refuse_faults(after, kind_of(after.kind))
    whole = _of_destination(after)
    anew = [option for option, secret in sealed.secrets.items() if kept.get(option) != secret]
    command = as_commands.changing_destination(before, after, anew)
    if not command:
        return whole
    yaml_told = whole.yaml_told if before.name == after.name else NO_RENAMING
    return replace(whole, commands=command, told=CHANGES, yaml_told=yaml_told)


def errand(source_name: str, asked: Errand) -> Code:
    """A sync that is to be asked for."""
    return Code(commands=as_commands.asking(source_name, asked), told="Asks for the same.", yaml_told=ONCE)


def once(verb: str, name: str) -> Code:
    """A command that takes nothing but a name, such as `sources pause`."""
    return Code(commands=as_commands.command(verb, name), told="Does the same.", yaml_told=ONCE)


def _of_source(found: Source, feeds: Sequence[Connection]) -> Code:
    fed = {feed.destination.id: feed.destination for feed in feeds}.values()
    file = written(
        Things(credentials=(found.credential,), destinations=tuple(fed), sources=(found,), feeds=feeds)
    )
    commands = [as_commands.making_destination(each) for each in fed]
    united = [command for command in map(as_commands.uniting, fed) if command]
    return _code(
        [*commands, as_commands.making_source(found, feeds), *united],
        file,
        connect=as_commands.connecting(found.credential),
    )


def _of_destination(found: Destination) -> Code:
    commands = [as_commands.making_destination(found), as_commands.uniting(found)]
    return _code([each for each in commands if each], written(Things(destinations=(found,))))


def _code(commands: Sequence[str], file: Written, *, connect: str = "") -> Code:
    return Code(
        commands="\n".join(commands),
        told=ANEW,
        connect=connect,
        yaml=file.text,
        yaml_told="Save it as a file, say books.yaml, then run: counterfoil apply books.yaml",
        variables=file.variables,
    )


def _typed(around: Surroundings, new: NewDestination) -> Destination:
    options = _without_passwords(seal(kind_of(new.kind), new.options, {}).options)
    made = Destination(id="", name=new.name, kind=new.kind, created_at=around.now(), options=options)
    refuse_faults(made, kind_of(new.kind))
    return made


def _without_passwords(options: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in options.items():
        if shows_password(text):
            raise SettingInvalid(f"A password stands in `{name}` in clear text.", do="Write ${NAME}.")
    return options


def _feeds(target: Draft) -> tuple[Connection, ...]:
    return tuple(feed for feed in target.connections if feed.source.id == target.sources[0].id)


def _birth(around: Surroundings) -> Birth:
    return Birth(now=around.now(), chance=around.chance)
