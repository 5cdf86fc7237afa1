"""Verify reads reports that others wrote: columns by key or title, grouped amounts, words of other languages."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from counterfoil.errors import Defect
from counterfoil.quickbooks.report import Report, read_report
from counterfoil.sync.verify.cells import is_total, money, place_of
from counterfoil.sync.verify.compare import match, placed
from counterfoil.sync.verify.drill import Told as ToldLedger
from counterfoil.sync.verify.drill import compare_ledgers
from counterfoil.sync.verify.ours import Account, Head, Ours
from counterfoil.sync.verify.theirs import Listed, Theirs

DAY, D = date(2026, 3, 1), Decimal


def report(columns: Sequence[tuple[str, str]], *rows: Sequence[str]) -> Report:
    """A report of one row for each; a column is its title and its key."""
    told = [
        {
            "ColTitle": title,
            "ColType": "String",
            "MetaData": [{"Name": "ColKey", "Value": key}] if key else [],
        }
        for title, key in columns
    ]
    lines = [{"type": "Data", "ColData": [{"value": value} for value in row]} for row in rows]
    whole = {"Header": {"ReportName": "Any"}, "Columns": {"Column": told}, "Rows": {"Row": lines}}
    return read_report(msgspec.json.encode(whole))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1201.00", "1201.00"), (".00", "0"), ("", None), ("  ", None), ("1,201.50", "1201.50"), ("-7", "-7"),
        ("(1,201.50)", "-1201.50"), ("12,345,678.9", "12345678.9"), ("\u200e5.00", "5"),
    ],
)  # fmt: skip
def test_an_amount_is_read_however_it_is_grouped(text: str, amount: str | None) -> None:
    (row,) = report([("", "")], [text]).rows()

    assert money(row, 0) == (None if amount is None else D(amount))


@pytest.mark.parametrize("text", ["1.201,50", "12,34", "n/a", "1,2345.00", "$5", "1e5", "NaN", "٥"])
def test_what_may_be_an_amount_and_cannot_be_read_is_never_nought(text: str) -> None:
    (row,) = report([("", "")], [text]).rows()

    with pytest.raises(Defect):
        money(row, 0)


def test_columns_are_found_by_key_before_title_in_any_order() -> None:
    keyed = report([("Amount", ""), ("Typ", "TXN_TYPE"), ("x", "subt_nat_amount")])
    titled = report([("Transaction  Type", ""), ("DATE", ""), ("Amount", "")])

    assert [place_of(keyed, what) for what in ("kind", "amount", "day")] == [1, 2, None]
    assert [place_of(titled, what) for what in ("kind", "day", "amount")] == [0, 1, 2]


def test_a_total_is_no_line_and_a_name_like_it_is_one_when_it_has_an_id() -> None:
    (row,) = report([("", ""), ("Total", "")], ["TOTAL", "5.00"]).rows()

    assert is_total(row)


def head(stream: str, id_: str, total: str) -> Head:
    return Head(stream=stream, id=id_, day=DAY, number="", total=D(total), rate=D(1))


def listed(word: str, id_: str, amount: str | None, stream: str = "") -> Listed:
    return Listed(word=word, stream=stream, id=id_, day=DAY, amount=None if amount is None else D(amount))


def test_a_word_of_another_language_is_learned_from_those_that_are_found() -> None:
    heads = {
        (one.stream, one.id): one for one in (head("Invoice", "1", "10.00"), head("Invoice", "2", "7.00"))
    }
    told = [
        listed("Rechnung", "1", "10.00"),
        listed("Rechnung", "2", "8.00"),
        listed("Rechnung", "3", "9.00"),
    ]

    found = match(told, heads, {"Invoice"})

    assert found.agreeing == 1
    assert {(one.key, str(one.why)) for one in found.suspects} == {
        (("Invoice", "2"), "amount"),
        (("Invoice", "3"), "missing"),
    }
    assert found.aliases["Rechnung", "3"] == ("Invoice", "3")


def test_what_was_told_without_an_amount_was_not_compared() -> None:
    heads = {("Invoice", "1"): head("Invoice", "1", "10.00")}

    assert match([listed("Invoice", "1", None, "Invoice")], heads, {"Invoice"}).agreeing == 0


def account(id_: str, name: str) -> Account:
    return Account(id=id_, name=name, type="Bank", sub_type="", active=True)


def test_balances_without_an_id_are_placed_by_a_name_that_stands_for_one_account() -> None:
    every = (
        account("1", "Cash"),
        account("2", "Old (deleted)"),
        account("3", "A:Fees"),
        account("4", "B:Fees"),
    )
    ours = Ours(accounts={one.id: one for one in every})
    names = [("cash", D(1)), ("Old", D(2)), ("Fees", D(3)), ("A:Fees", D(4)), ("Elsewhere", D(5))]

    found, lost = placed(Theirs(balances={DAY: {"9": D(6)}}, nameless={DAY: names}), ours, DAY)

    assert found == {"9": 6, "1": 1, "2": 2, "3": 4}
    assert lost == ["Fees", "Elsewhere"]


def test_a_ledger_with_its_signs_turned_says_the_same() -> None:
    ours = {("Bill", str(n)): {DAY: D(n)} for n in range(1, 5)}
    theirs = {key: {DAY: -days[DAY]} for key, days in ours.items()} | {("Bill", "4"): {DAY: D(-5)}}

    found = compare_ledgers(ToldLedger(moves={"1": theirs}, words={}), {"1": ours}, {}, lambda _: True)

    assert found.accounts == {"1": {("Bill", "4"): (D(5), D(4))}}
