"""Verify against reports that were written by others: odd orders, words and blanks make no differences, nor proofs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from counterfoil.actions.verifications import verify_now
from counterfoil.model.verification import ProofState, Verification
from counterfoil.sandbox.server import choose_companies
from counterfoil.sync.progress import SILENT
from tests.road.conftest import World, opened_store, opened_world
from tests.road.reworded import Change, Report, each_cell, lines, reworded


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A company that is synced; its tables are not touched."""
    folder = tmp_path_factory.mktemp("reworded")
    companies = choose_companies(companies=1, invoices=10, seed=4, recorded=None)
    with opened_store(folder) as db, opened_world(folder, db, companies) as there:
        there.source()
        there.sync()
        yield there


def told(acme: World, change: Change, *, heal: bool = False) -> Verification:
    """A verification for which QuickBooks words its reports otherwise."""
    with reworded(acme.sandbox.url, change) as url:
        (proof,) = verify_now(replace(acme.around, api_url=url), "acme", SILENT, heal=heal)
    return proof


def grouped(cell: dict[str, Any]) -> None:
    whole, point, cents = str(cell.get("value", "")).partition(".")
    if point and whole.lstrip("-").isdigit():
        cell["value"] = (
            f"{int(whole):,}.{cents}" if not whole.startswith("-") else f"({-int(whole):,}.{cents})"
        )


def without_ids(*kept: str) -> Change:
    def change(name: str, report: Report) -> Report:
        for _, cells in lines(report) if name not in kept else ():
            for cell in cells:
                cell.pop("id", None)
        return report

    return change


def titled(name: str, report: Report) -> Report:
    """Titles alone tell what columns are, in another order."""
    columns = report["Columns"]["Column"]
    for column in columns:
        column.pop("MetaData", None)
    if name == "TransactionList":
        for column, title in zip(columns, ("Date", "Transaction type", "Amount"), strict=True):
            column["ColTitle"] = title
        columns.reverse()
        for _, cells in lines(report):
            cells.reverse()
    return report


def credits_first(name: str, report: Report) -> Report:
    if name == "TrialBalance":
        for cells in (report["Columns"]["Column"], *(cells for _, cells in lines(report))):
            cells[1], cells[2] = cells[2], cells[1]
    return report


def untitled(name: str, report: Report) -> Report:
    for column in report["Columns"]["Column"] if name != "GeneralLedger" else ():
        column.pop("MetaData", None)
        column["ColTitle"], column["ColType"] = "", "Money"
    return report


def foreign_words(name: str, report: Report) -> Report:
    for _, cells in lines(report) if name in ("TransactionList", "GeneralLedger") else ():
        for cell in cells[1:2]:
            cell["value"] = f"«{str(cell.get('value', ''))[::-1]}»"
    return report


def totals_as_data(name: str, report: Report) -> Report:
    rows = report["Rows"].setdefault("Row", [])
    width = len(report["Columns"]["Column"])
    rows.append({"ColData": [{"value": "TOTAL"}, *({"value": "999999.99"} for _ in range(width - 1))]})
    return report


def deleted(name: str, report: Report) -> Report:
    for _, cells in lines(report):
        if cells and cells[0].get("id"):
            cells[0]["value"] = f"{cells[0]['value']} (deleted)"
    return report


AGREE = {
    "thousands grouped, and brackets for what is below nought": each_cell(grouped),
    "titles alone, in another order": titled,
    "credits before debits": credits_first,
    "types in another language": foreign_words,
    "totals as lines": totals_as_data,
    "names with a suffix": deleted,
}
"""Said otherwise, and the same."""


def blanked(name: str, report: Report) -> Report:
    for _, cells in lines(report) if name == "TransactionList" else ():
        cells[-1]["value"] = ""
    return report


def european(cell: dict[str, Any]) -> None:
    grouped(cell)
    cell["value"] = str(cell.get("value", "")).replace(",", " ").replace(".", ",").replace(" ", ".")


def no_report(_: str, report: Report) -> Report:
    return {"Header": {}, "Rows": report["Rows"]}


LESS = {
    "no ids but in the ledger": without_ids("GeneralLedger"),
    "amounts left blank": blanked,
    "columns without any name": untitled,
    "amounts in another country's way": each_cell(european),
    "something else than a report": no_report,
}
"""Not enough to tell whether the two agree."""


@pytest.mark.slow
@pytest.mark.parametrize("name", AGREE)
def test_what_is_said_otherwise_is_compared_all_the_same(acme: World, name: str) -> None:
    plain, proof = told(acme, lambda _, report: report), told(acme, AGREE[name])

    assert [figure for figure in proof.figures if figure.difference] == []
    assert (proof.state, proof.discrepancies) == (ProofState.AGREES, ())
    assert (proof.transactions, proof.accounts) == (plain.transactions, plain.accounts)
    assert proof.is_proof


@pytest.mark.slow
@pytest.mark.parametrize("name", LESS)
def test_what_cannot_be_told_is_no_difference_and_no_proof(acme: World, name: str) -> None:
    proof = told(acme, LESS[name])

    assert [figure for figure in proof.figures if figure.difference] == []
    assert proof.state is ProofState.AGREES
    assert proof.discrepancies == ()
    assert not proof.is_proof
    assert proof.left_out
