"""A configuration file as it was written: its texts with their places, its mistakes collected.

YAML is only composed, never constructed: every scalar stays the text that stands there (a realm id with leading
zeros stays whole), and nothing in the file can make objects.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import accumulate

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from counterfoil.errors import ConfigurationInvalid
from counterfoil.logs import mask

LONGEST = 1_000_000
"""Characters. A hand-written file has a hundredth of that; more would only keep the parser busy."""

DEEPEST = 100
"""Brackets open at once. The parser takes seconds over thousands, and a configuration needs five."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it stands."""

    value: str
    at: Place


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping: its values by key, and where it begins."""

    values: Mapping[str, Node]
    at: Place


@dataclass(frozen=True, slots=True)
class Document:
    """Reads one file and collects what is wrong with it, so that all mistakes can be told at once."""

    filename: str
    text: str = field(repr=False)
    _faults: list[tuple[Place, str]] = field(default_factory=list, repr=False)

    def root(self) -> Node:
        """The whole of the file. Raises ConfigurationInvalid when it is no YAML at all."""
        composed: Node | None = None
        try:
            composed = None if _too_much(self.text) else YAML(pure=True).compose(self.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.fault(Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1), _not_yaml(error))
            raise self._refusal() from None
        except (YAMLError, RecursionError, ValueError):
            pass
        if composed is None:
            self.fault(Place(1, 1), "this is no configuration; begin it with: version: 1")
            raise self._refusal()
        return composed

    def part(self, node: Node, *, keys: Iterable[str], needed: Iterable[str] = ()) -> Part:
        """A mapping with no keys but these; what is wrong with it is noted."""
        at = place(node)
        if not isinstance(node, MappingNode):
            self.fault(at, f"expected a mapping with {listed(keys)}")
            return Part({}, at)
        values: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.value not in keys:
                self.fault(place(key), f"unknown key{_guess(key, keys)}")
            elif key.value in values:
                self.fault(place(key), f"`{key.value}` stands here twice")
            else:
                values[key.value] = value
        for name in needed:
            if name not in values:
                self.fault(at, f"`{name}` is missing")
        return Part(values, at)

    def items(self, node: Node | None) -> Sequence[Node]:
        """The items of a list; none where there is no list."""
        if isinstance(node, SequenceNode):
            return tuple(node.value)
        if node is not None and not _is_empty(node):
            self.fault(place(node), "expected a list")
        return ()

    def text_of(self, part: Part, key: str, default: str = "") -> Text:
        """The text under a key, or the default at the place of the part."""
        node = part.values.get(key)
        return Text(default, part.at) if node is None else self.scalar(node)

    def scalar(self, node: Node) -> Text:
        """A single text."""
        if isinstance(node, ScalarNode):
            return Text("" if _is_empty(node) else str(node.value), place(node))
        self.fault(place(node), "expected a single value")
        return Text("", place(node))

    def fault(self, at: Place, what: str) -> None:
        """Note a mistake."""
        self._faults.append((at, what))

    def refuse_if_faulty(self) -> None:
        """Raise ConfigurationInvalid with all mistakes, from top to bottom."""
        if self._faults:
            raise self._refusal()

    def _refusal(self) -> ConfigurationInvalid:
        ordered = sorted(dict.fromkeys(self._faults), key=lambda fault: fault[0])
        lines = tuple(f"{self.filename}:{at.line}:{at.column}: {what}" for at, what in ordered)
        return ConfigurationInvalid(self.filename, lines)


def place(node: Node) -> Place:
    """Where a node begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def guess(word: str, known: Iterable[str]) -> str:
    """A hint at what was meant: the closest word, or all of them."""
    words = sorted(known)
    folded = {name.lower(): name for name in words}
    close = get_close_matches(word.lower(), folded, n=1)
    if close:
        return f"did you mean `{folded[close[0]]}`?"
    return f"known are {listed(words)}" if words else "there are none"


def listed(words: Iterable[str]) -> str:
    """Words in a sentence."""
    return ", ".join(f"`{word}`" for word in words)


def shown(text: str) -> str:
    """A foreign text, safe and short enough for a message."""
    return mask(repr(text if len(text) <= 60 else text[:57] + "..."))


def _too_much(text: str) -> bool:
    steps = (1 if sign in "[{" else -1 for sign in text if sign in "[{]}")
    return len(text) > LONGEST or max(accumulate(steps), default=0) > DEEPEST


def _guess(key: Node, keys: Iterable[str]) -> str:
    if not isinstance(key, ScalarNode):
        return f"; {guess('', keys)}"
    return f" {shown(str(key.value))}; {guess(str(key.value), keys)}"


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and str(node.tag) == "tag:yaml.org,2002:null"


def _not_yaml(error: MarkedYAMLError) -> str:
    said = str(error.problem or "this is no YAML")
    hint = "; inside [ ] or { } put ${NAME} in quotes" if "'{'" in said else ""
    return f"{said}{hint}"
