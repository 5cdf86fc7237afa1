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
    return View(name=name, sql="\nUNION ALL\n".join(_of(member, name, listed, place) for member in chosen))


def _of(member: Member, name: str, listed: str, place: Place) -> str:
    values = (member.realm_id, member.company, member.source)
    own = ", ".join(
        f"{place.text(value)} AS {place.quoted(column)}" for value, column in zip(values, OURS, strict=True)
    )
    table = f"{place.quoted(member.dataset)}.{place.quoted(member.prefix + name)}"
    where = f"t.{place.quoted('_realm_id')} = {place.text(member.realm_id)}"
    return f"SELECT {own}, {listed}\nFROM {table} AS t\nWHERE {where}"
