"""Answers `GET /reports/{Name}`: finds the report, draws it, and puts its head above it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from counterfoil.sandbox.books import Books
from counterfoil.sandbox.clock import PACIFIC
from counterfoil.sandbox.faults import unsupported
from counterfoil.sandbox.reports import (
    aged,
    balance,
    cash_flow,
    general,
    profit,
    sales,
    stock,
    transactions,
    trial,
)
from counterfoil.sandbox.reports.asked import Asked, Names
from counterfoil.sandbox.reports.page import MOST_CELLS, FullError, Rows, Sheet
from counterfoil.sandbox.wire import Answer, Call, Record, encode

Draw = Callable[[Asked, Sheet], None]

_STATEMENTS: Final[dict[str, Draw]] = {
    "ProfitAndLoss": profit.profit_and_loss,
    "BalanceSheet": balance.balance_sheet,
    "CashFlow": cash_flow.cash_flow,
    "CustomerSales": sales.customer_sales,
    "ItemSales": sales.item_sales,
    "DepartmentSales": sales.department_sales,
    "ClassSales": sales.class_sales,
    "CustomerIncome": sales.customer_income,
    "VendorExpenses": sales.vendor_expenses,
}
_BY_STANDARD: Final = ("ProfitAndLoss", "BalanceSheet", "CashFlow")
_LEDGERS: Final[dict[str, Draw]] = {
    "TrialBalance": trial.trial_balance,
    "GeneralLedger": general.general_ledger,
    "JournalReport": general.journal,
    "ProfitAndLossDetail": general.profit_detail,
}
_LISTS: Final[dict[str, Draw]] = {
    "AccountList": trial.account_list,
    "TransactionList": transactions.transaction_list,
    "TransactionListWithSplits": transactions.transaction_splits,
    "TransactionListByCustomer": transactions.by_customer,
    "TransactionListByVendor": transactions.by_vendor,
}
_AS_OF: Final[dict[str, Draw]] = {
    "AgedReceivables": aged.receivables,
    "AgedReceivableDetail": aged.receivables_detail,
    "AgedPayables": aged.payables,
    "AgedPayableDetail": aged.payables_detail,
    "CustomerBalance": aged.customer_balance,
    "CustomerBalanceDetail": aged.customer_balance_detail,
    "VendorBalance": aged.vendor_balance,
    "VendorBalanceDetail": aged.vendor_balance_detail,
    "InventoryValuationSummary": stock.summary,
    "InventoryValuationDetail": stock.detail,
}
REPORTS: Final = _AS_OF | _STATEMENTS | _LEDGERS | _LISTS


def answer(books: Books, call: Call, *, now: datetime, most_cells: int = MOST_CELLS) -> Answer:
    """Draw the report that a call asks for.

    Raises FaultError for a report that this company does not have, or a parameter that makes no sense.
    """
    name = "/".join(call.path[1:])
    draw = REPORTS.get(name)
    if draw is None:
        raise unsupported(f"reports/{name}")
    here = now.astimezone(PACIFIC)
    with books.held():
        asked = Asked(name, call.params, books.keeper.ledger(), Names(books), books, here.date())
        sheet = Sheet(most_cells)
        try:
            draw(asked, sheet)
        except FullError:
            sheet.cut()
        head = {"Time": here.isoformat(timespec="seconds"), **_head(asked, empty=not _filled(sheet.rows))}
    rows: Record = {"Row": sheet.rows} if sheet.rows else {}
    return Answer(body=encode({"Header": head, "Columns": {"Column": sheet.columns}, "Rows": rows}))


def _head(asked: Asked, *, empty: bool) -> Record:
    if asked.name in _AS_OF:
        return _head_as_of(asked, empty=empty)
    start, end = asked.period()
    head: Record = {"ReportName": asked.name}
    if asked.macro:
        head["DateMacro"] = asked.macro
    if asked.name not in _LISTS:
        head["ReportBasis"] = asked.basis
    head |= {"StartPeriod": start.isoformat(), "EndPeriod": end.isoformat()}
    option = [{"Name": "NoReportData", "Value": "true" if empty else "false"}]
    if asked.name in _STATEMENTS:
        head["SummarizeColumnsBy"] = asked.summarized
        if asked.name in _BY_STANDARD:
            option.insert(0, {"Name": "AccountingStandard", "Value": "GAAP"})
    head["Currency"] = asked.ledger.chart.home
    for field in ("Customer", "Vendor", "Employee", "Item", "Class", "Department"):
        if chosen := asked.params.get(field.lower()):
            head[field] = chosen
    return head | {"Option": option}


def _head_as_of(asked: Asked, *, empty: bool) -> Record:
    """What stands above a report of one day."""
    day = aged.report_day(asked).isoformat()
    head: Record = {"ReportName": asked.name}
    if "report_date" not in asked.params:
        head["DateMacro"] = asked.params.get("date_macro") or "today"
    head |= {"StartPeriod": day, "EndPeriod": day, "SummarizeColumnsBy": "Total"}
    option = [
        {"Name": "report_date", "Value": day},
        {"Name": "NoReportData", "Value": "true" if empty else "false"},
    ]
    return head | {"Currency": asked.ledger.chart.home, "Option": option}


def _filled(rows: Rows) -> bool:
    """Whether there is a row of data anywhere."""
    return any("ColData" in row or _filled((row.get("Rows") or {}).get("Row", [])) for row in rows)
