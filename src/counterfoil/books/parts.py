"""The parts of the ledger's query, for the tables that a source has: lists, heads, lines, taxes and links.

Each part is a union in DuckDB's SQL over tables without prefix. Its first branch is empty and gives every column its
name and type; a stream that is not read has no branch.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from counterfoil.books.buys import BUYS
from counterfoil.books.lists import LISTS
from counterfoil.books.moves import LINKS, MOVES
from counterfoil.books.rule import Rule
from counterfoil.books.sales import SALES

TEXT, MONEY, NUMBER, DAY, YES = "VARCHAR", "DECIMAL(38, 9)", "BIGINT", "DATE", "BOOLEAN"

SHAPES: Final[Mapping[str, Mapping[str, str]]] = {
    "accounts": {
        "key": TEXT, "realm": TEXT, "id": TEXT, "full_name": TEXT, "name": TEXT, "number": TEXT, "type": TEXT,
        "sub_type": TEXT, "classification": TEXT, "currency": TEXT, "active": YES,
    },
    "items": {
        "key": TEXT, "realm": TEXT, "id": TEXT, "type": TEXT, "income": TEXT, "expense": TEXT, "asset": TEXT,
        "purchase_cost": MONEY, "average_cost": MONEY,
    },
    "preferred": {
        "realm": TEXT, "home": TEXT, "receivable": TEXT, "payable": TEXT, "discount": TEXT, "shipping": TEXT,
        "fiscal_month": TEXT,
    },
    "agencies": {"key": TEXT, "realm": TEXT, "agency_id": TEXT, "name": TEXT, "sale": TEXT, "buy": TEXT},
    "rates": {"key": TEXT, "realm": TEXT, "id": TEXT, "agency_id": TEXT},
    "names": {"key": TEXT, "realm": TEXT, "type": TEXT, "id": TEXT, "name": TEXT, "account": TEXT},
    "classes": {"key": TEXT, "realm": TEXT, "id": TEXT, "name": TEXT},
    "departments": {"key": TEXT, "realm": TEXT, "id": TEXT, "name": TEXT},
    "heads": {
        "key": TEXT, "realm": TEXT, "type": TEXT, "id": TEXT, "day": DAY, "number": TEXT, "currency": TEXT,
        "rate": MONEY, "name_type": TEXT, "name_id": TEXT, "class_id": TEXT, "department_id": TEXT, "memo": TEXT,
        "sign": NUMBER, "total": MONEY, "control": TEXT, "control_role": TEXT, "other_total": MONEY, "other": TEXT,
        "other_role": TEXT, "tax": MONEY, "settles": MONEY, "settled": TEXT, "settled_role": TEXT, "due": DAY,
        "reported": MONEY, "agency_id": TEXT,
    },
    "lines": {
        "key": TEXT, "realm": TEXT, "type": TEXT, "id": TEXT, "place": NUMBER, "part": TEXT, "line_id": TEXT,
        "side": TEXT, "item_id": TEXT, "quantity": MONEY, "account": TEXT, "role": TEXT, "amount": MONEY,
        "class_id": TEXT, "memo": TEXT, "name_type": TEXT, "name_id": TEXT,
    },
    "taxes": {"key": TEXT, "realm": TEXT, "type": TEXT, "id": TEXT, "rate_id": TEXT, "side": TEXT, "amount": MONEY},
    "links": {
        "key": TEXT, "realm": TEXT, "type": TEXT, "id": TEXT, "their_key": TEXT, "their_type": TEXT,
        "their_id": TEXT, "amount": MONEY,
    },
}  # fmt: skip


def parts(tables: frozenset[str]) -> dict[str, str]:
    """Each part by its name, of those tables."""
    found = {name: _union(name, _there(rules, tables)) for name, rules in LISTS.items()}
    for name in ("heads", "lines", "taxes", "links"):
        rules = [*SALES, *BUYS, *MOVES] if name != "links" else LINKS
        found[name] = _union(
            name, (rule.told[name] for rule in rules if rule.table in tables and name in rule.told)
        )
    return found


def _there(rules: Iterable[Rule], tables: frozenset[str]) -> Iterable[str]:
    return (rule.told["list"] for rule in rules if rule.table in tables)


def _union(name: str, branches: Iterable[str]) -> str:
    columns = ", ".join(f'CAST(NULL AS {type_}) AS "{column}"' for column, type_ in SHAPES[name].items())
    nothing = f"SELECT {columns} FROM (SELECT 1 AS one) AS nobody WHERE nobody.one = 0"
    return " UNION ALL ".join([nothing, *branches])
