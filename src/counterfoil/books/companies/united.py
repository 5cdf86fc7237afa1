"""Each table and statement once for all companies: the company's id and name, and the source, before its columns.

What is joined is named in full and written for the warehouse at once: a statement over many companies is long, and
takes a parser long. A company that several sources read is taken from the first of them that has the table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from counterfoil.model.member import Member
from counterfoil.model.view import View

OURS: Final = ("_company_id", "_company_name", "_source")
"""The columns before all others; tables of QuickBooks have a `company_name` of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A warehouse, as far as names and texts are written: its SQL by sqlglot's name, and its quotes."""

    dialect: str
    quoted: Callable[[str], str]

    def text(self, value: str) -> str:
        """A text as it stands in SQL there."""
        literal = exp.National(this=value) if self.dialect == "tsql" else exp.Literal.string(value)
        return literal.sql(dialect=self.dialect)


def united(
    name: str, columns: Sequence[str], members: Iterable[Member], place: Place, *, is_view: bool = False
) -> View | None:
    """One table or view of all the companies that have it; none where nobody does."""
    having = [member for member in members if name in (member.views if is_view else member.tables)]
    first: Mapping[str, Member] = {member.realm_id: member for member in reversed(having)}
    chosen = [member for member in having if first[member.realm_id] is member]
    if not chosen:
        return None
    listed = ", ".join(f"t.{place.quoted(column)}" for column in columns)
    together: dict[tuple[str, str], list[Member]] = {}
    for member in chosen:
        together.setdefault((member.dataset, member.prefix), []).append(member)
    branches = [_of(some, name, listed, place) for some in together.values()]
    return View(name=name, sql="\nUNION ALL\n".join(branches))


def _of(members: Sequence[Member], name: str, listed: str, place: Place) -> str:
    """The rows of those companies that share tables."""
    realm = f"t.{place.quoted('_realm_id')}"
    values = (
        realm,
        _chosen(realm, {each.realm_id: each.company for each in members}, place),
        _chosen(realm, {each.realm_id: each.source for each in members}, place),
    )
    own = ", ".join(f"{value} AS {place.quoted(column)}" for value, column in zip(values, OURS, strict=True))
    table = f"{place.quoted(members[0].dataset)}.{place.quoted(members[0].prefix + name)}"
    among = ", ".join(place.text(each.realm_id) for each in members)
    return f"SELECT {own}, {listed}\nFROM {table} AS t\nWHERE {realm} IN ({among})"


def _chosen(realm: str, texts: Mapping[str, str], place: Place) -> str:
    """The text of the row's company."""
    if len(texts) == 1:
        return place.text(*texts.values())
    whens = " ".join(f"WHEN {place.text(each)} THEN {place.text(text)}" for each, text in texts.items())
    return f"CASE {realm} {whens} END"
