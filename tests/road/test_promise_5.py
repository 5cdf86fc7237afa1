"""Promise 5: money is decimal from the wire to the warehouse; it never passes through a float."""

import ast
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Context, Decimal, Inexact
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.sandbox.clock import stamp
from tests.house.code import modules, parsed
from tests.road.conftest import World, opened_store, opened_world
from tests.road.oracle import Oracle, values_of, values_stood
from tests.torture.company import small

COLUMN = Context(prec=38, traps=[Inexact])
"""What decimal(38,9) holds: an amount that needs more is kept as it came besides."""
NEITHER_MONEY_NOR_QUANTITY = {
    "src/counterfoil/quickbooks/faults.py": "the seconds of Retry-After",
    "src/counterfoil/quickbooks/pace.py": "a moment that never was",
}
"""Where `float` may be called, and for what."""


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number as JSON may write it: long, with noughts at its end, with an exponent, with a sign."""
    whole = draw(st.one_of(st.just("0"), st.from_regex(r"[1-9][0-9]{0,19}", fullmatch=True)))
    part = draw(st.one_of(st.just(""), st.from_regex(r"\.[0-9]{1,12}", fullmatch=True)))
    exponent = draw(st.sampled_from(["", "", "", "E+3", "E-2", "E+9", "E-9"]))
    return draw(st.sampled_from(["", "-"])) + whole + part + exponent


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("money")
    with ExitStack() as stack:
        db = stack.enter_context(opened_store(folder))
        world = stack.enter_context(opened_world(folder, db, [small()]))
        world.source(streams=["Invoice", "ExchangeRate"])
        yield world


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(numbers(), min_size=64, max_size=64))
@pytest.mark.parametrize("reading", ["in full", "by changes"])
def test_every_digit_arrives_however_a_number_is_written(
    acme: World, reading: str, written: list[str]
) -> None:
    amounts = {str(place): _four(written[4 * place :]) for place in range(len(written) // 4)}
    invoices = acme.sandbox.books().ids("Invoice")[: len(amounts)]
    for id_, four in zip(invoices, amounts.values(), strict=True):
        _write(acme, id_, four)
    if reading == "in full":
        acme.warehouse.unlink(missing_ok=True)

    acme.sync()

    rows = acme.everything(["invoice", "invoice_line"])
    for id_, (total, amount, price, quantity) in zip(invoices, amounts.values(), strict=True):
        (own,) = [row for row in rows["invoice"] if row["id"] == id_]
        line = next(row for row in rows["invoice_line"] if row["invoice_id"] == id_ and row["index"] == 0)
        stood = [
            own["total_amount"],
            line["amount"],
            line["sales_item_unit_price"],
            line["sales_item_quantity"],
        ]
        for came, stands in zip((total, amount, price, quantity), stood, strict=True):
            assert stands == came or not _fits(came), f"{came} became {stands}"
            assert stands is None or isinstance(stands, Decimal)
    for record in Oracle(acme.sandbox, acme.sandbox.realms[0]).records("Invoice"):
        every = [
            row
            for table in rows.values()
            for row in table
            if record["Id"] in (row.get("invoice_id"), row["id"])
        ]
        assert not values_of(_amounts(record)) - values_stood(every)


def _four(written: list[str]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    total, amount, price, quantity = map(Decimal, written[:4])
    return total, amount, price, quantity


def _write(acme: World, id_: str, four: tuple[Decimal, ...]) -> None:
    """Put numbers into an invoice just as they are: the clerk would work its totals out anew."""
    books, moment = acme.sandbox.books().books, acme.sandbox.advance(timedelta(seconds=1))
    record = books.get("Invoice", id_)
    assert record is not None
    record["TotalAmt"], record["Line"][0]["Amount"] = four[:2]
    record["Line"][0]["SalesItemLineDetail"] |= {"UnitPrice": four[2], "Qty": four[3]}
    record["MetaData"]["LastUpdatedTime"] = stamp(int(moment.timestamp()))
    books.put("Invoice", record)


def _amounts(record: dict[str, Any]) -> list[Any]:
    line = record["Line"][0]
    return [
        record["TotalAmt"],
        line["Amount"],
        line["SalesItemLineDetail"]["UnitPrice"],
        line["SalesItemLineDetail"]["Qty"],
    ]


def _fits(number: Decimal) -> bool:
    try:
        number.quantize(Decimal("1e-9"), context=COLUMN)
    except ArithmeticError:
        return False
    return True


def test_no_line_of_the_product_makes_a_float_of_what_may_be_money() -> None:
    found = {str(path) for path in modules("src") if "sandbox" not in path.parts and _makes_floats(path)}

    assert found == set(NEITHER_MONEY_NOR_QUANTITY)


def _makes_floats(path: Path) -> bool:
    """Whether `float(…)` is called, or a type of columns is named that keeps no digits."""
    return any(_is_float(node) for node in ast.walk(parsed(path)))


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "float"
    if isinstance(node, ast.Attribute):
        return node.attr.lower() in ("float16", "float32", "float64", "double", "real")
    return isinstance(node, ast.Constant) and str(node.value).upper() in ("DOUBLE", "FLOAT", "REAL", "FLOAT8")


def test_json_is_read_nowhere_with_numbers_as_python_takes_them() -> None:
    """`json.loads` makes floats unless it is told otherwise."""
    careless = [
        f"{path}:{node.lineno}"
        for path in modules("src")
        if "sandbox" not in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("json.loads", "json.load")
        if "parse_float" not in {keyword.arg for keyword in node.keywords}
    ]

    assert careless == []
