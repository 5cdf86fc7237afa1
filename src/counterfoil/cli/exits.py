"""How a command ends: the number that scripts look at. Documented in docs/reference/exit-codes.md."""

from collections.abc import Iterator
from enum import IntEnum

from counterfoil.errors import Cancelled, CounterfoilError, Defect, Interrupted, NeedsPerson, Transient


class ExitCode(IntEnum):
    """Who can end the trouble stands in the number."""

    OK = 0
    DEFECT = 1
    WRONG_USE = 2
    NEEDS_PERSON = 3
    TRY_LATER = 4
    PARTLY_FAILED = 5
    DIFFERS = 6
    INTERRUPTED = 130  # 128 + SIGINT, as shells count
    TERMINATED = 143  # 128 + SIGTERM


def exit_of(error: CounterfoilError) -> ExitCode:
    """The exit code of an error, by its class."""
    return _of_class(type(error))


def exit_of_code(code: str) -> ExitCode:
    """The exit code of a remembered error, of which only the code is left."""
    found = next((kind for kind in _kinds(CounterfoilError) if kind.code == code), Defect)
    return _of_class(found)


def _of_class(kind: type[CounterfoilError]) -> ExitCode:
    if issubclass(kind, Cancelled):
        return ExitCode.TERMINATED if issubclass(kind, Interrupted) else ExitCode.INTERRUPTED
    if issubclass(kind, NeedsPerson):
        return ExitCode.NEEDS_PERSON
    if issubclass(kind, Transient):
        return ExitCode.TRY_LATER
    return ExitCode.DEFECT


def _kinds(kind: type[CounterfoilError]) -> Iterator[type[CounterfoilError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
