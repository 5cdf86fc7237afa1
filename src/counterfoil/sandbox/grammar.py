"""The query language: text in, a Select out, or the fault 4000 in the server's own words (section 3)."""

import re
from dataclasses import dataclass

from counterfoil.sandbox.faults import FaultError, empty_query, parse_error

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
AFTER_CONDITION = (
    "<EOF>", "<AND> ...", '"iterator" ...', '"maxresults" ...', "<OR> ...", '"order" ...', '"orderby" ...',
    '"startposition" ...',
)  # fmt: skip

_token = re.compile(
    r"""(?P<blank>\s+)
      | (?P<text>'(?:\\.|[^'\\])*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
      | (?P<sign><=|>=|=|<|>|\(|\)|,|\*)""",
    re.VERBOSE | re.DOTALL,
)
_escaped = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the statement and where it stands."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "word" else self.text


@dataclass(frozen=True, slots=True)
class Condition:
    """`field sign values`; only IN has more or fewer than one value."""

    field: str
    sign: str  # = < > <= >= in like
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ordering:
    """One field of ORDERBY."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A statement that could be read; whether it makes sense is for `query` to say."""

    entity: str
    fields: tuple[str, ...]  # empty: all
    counting: bool
    where: tuple[Condition, ...]
    order: tuple[Ordering, ...]
    start: int  # from 1
    limit: int


def parse(text: str) -> Select:
    """Read a statement.

    Raises FaultError 4000 where it cannot be read.
    """
    if not text.strip():
        raise empty_query()
    return _Reader(text).select()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0

    def select(self) -> Select:
        self._expect("select")
        counting, fields = self._columns()
        self._expect("from")
        entity = self._name().text
        where = self._conditions() if self._take("where") else ()
        order = self._orderings()
        start, limit = self._page()
        if self._peek().kind != "end":
            raise self._unexpected(AFTER_CONDITION)
        return Select(
            entity=entity,
            fields=fields,
            counting=counting,
            where=where,
            order=order,
            start=start,
            limit=limit,
        )

    def _columns(self) -> tuple[bool, tuple[str, ...]]:
        if self._take("count"):
            for sign in ("(", "*", ")"):
                self._expect(sign)
            return True, ()
        fields: list[str] = []
        while not fields or self._take(","):
            fields.append("*" if self._take("*") else self._name().text)
        return False, () if "*" in fields else tuple(fields)

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = [self._condition()]
        while self._take("and"):
            conditions.append(self._condition())
        return tuple(conditions)

    def _condition(self) -> Condition:
        field = self._name().text
        for sign in ("=", "<", ">", "<=", ">=", "like"):
            if self._take(sign):
                return Condition(field, sign, (self._value(),))
        if not self._take("in"):
            raise self._unexpected(('"=" ...', '"<" ...', '">" ...', '"in" ...', '"like" ...'))
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return Condition(field, "in", tuple(values))

    def _value(self) -> str:
        token = self._peek()
        if token.kind == "text":
            self._next += 1
            return _escaped.sub(r"\1", token.text[1:-1])
        if token.kind == "number" or token.word in ("true", "false"):
            self._next += 1
            return token.text
        raise self._unexpected(("<STRING> ...", "<NUMBER> ...", "<BOOLEAN> ..."))

    def _orderings(self) -> tuple[Ordering, ...]:
        if self._take("order"):
            self._expect("by")
        elif not self._take("orderby"):
            return ()
        orderings = [self._ordering()]
        while self._take(","):
            orderings.append(self._ordering())
        return tuple(orderings)

    def _ordering(self) -> Ordering:
        field = self._name().text
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        return Ordering(field, descending)

    def _page(self) -> tuple[int, int]:
        start, limit = 1, DEFAULT_PAGE
        while True:  # either order is accepted
            if self._take("startposition"):
                start = max(1, self._integer())  # 0 is tolerated
            elif self._take("maxresults"):
                limit = min(LARGEST_PAGE, self._integer())
            else:
                return start, limit

    def _integer(self) -> int:
        token = self._peek()
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 12:
            raise self._unexpected(("<NUMBER> ...",))
        self._next += 1
        return int(token.text)

    def _name(self) -> Token:
        token = self._peek()
        if token.kind != "word":
            raise self._unexpected(("<IDENTIFIER> ...",))
        self._next += 1
        return token

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, word: str) -> bool:
        if self._peek().kind in ("word", "sign") and self._peek().word == word:
            self._next += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected((f'"{word}" ...',))

    def _unexpected(self, wanted: tuple[str, ...]) -> FaultError:
        token = self._peek()
        line, column = _place(self._text, token.at)
        names = {"word": ' <IDENTIFIER> "', "text": ' <STRING> "', "number": ' <NUMBER> "', "sign": ' "'}
        met = "<EOF>" if token.kind == "end" else f'{names[token.kind]}{token.text} "'
        list_of = "".join(f"    {name} \n" if name == "<EOF>" else f"    {name}\n" for name in wanted)
        return parse_error(
            f'Encountered "{met}" at line {line}, column {column}.\nWas expecting one of:\n{list_of}    '
        )


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _token.match(text, at)
        if not match:
            raise _lexical(text, at)
        if match.lastgroup != "blank":
            tokens.append(Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _lexical(text: str, at: int) -> FaultError:
    line, column = _place(text, at)
    met = f'"{text[at]}" ({ord(text[at])})'
    return parse_error(
        f'Invalid content. Lexical error at line {line}, column {column}.  Encountered: {met}, after : ""'
    )


def _place(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
