"""A made-up company that answers with reports over any range of days, and cuts those of too many."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from tests.quickbooks.wire import Asked, Reply

DAY = timedelta(days=1)
CUT = "Unable to display more data. Please reduce the date range."


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def sold(day: date) -> int:
    """Cents."""
    return day.toordinal() * 7919 % 10007


def cents(number: int) -> str:
    return f"{'-' if number < 0 else ''}{abs(number) // 100}.{abs(number) % 100:02}"


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Each month of a range, as far as it reaches into it."""
    while first <= last:
        following = (first.replace(day=1) + 31 * DAY).replace(day=1)
        yield first, min(last, following - DAY)
        first = following


def answering(most_days: int, *, slowly: bool = False) -> Callable[[Asked], Reply]:
    """Answer reports of up to so many days whole, and others not."""

    def answer(asked: Asked) -> Reply:
        first, last = (date.fromisoformat(asked.params[name]) for name in ("start_date", "end_date"))
        if (last - first).days + 1 <= most_days:
            return Reply(
                body=json.dumps(REPORTS[asked.path.rpartition("/")[2]](first, last, asked.params)).encode()
            )
        if slowly:
            return Reply(
                504, b'<Fault type="SERVICE"><Error code="006002"><Message>m</Message></Error></Fault>'
            )
        body = {
            "Header": {"ReportName": "X"},
            "Columns": {},
            "Rows": {"Row": [{"ColData": [{"value": CUT}]}]},
        }
        return Reply(body=json.dumps(body).encode())

    return answer


def profit_and_loss(first: date, last: date, params: Mapping[str, str]) -> Any:
    """Two accounts: Sales every day; Interest, which stands in a section of its own, on the 20th only."""
    spans = list(months(first, last)) if params.get("summarize_column_by") == "Month" else []
    spans += [(first, last)]
    sales = [sum(map(sold, days(*span))) for span in spans]
    interest = [100 * sum(day.day == 20 for day in days(*span)) for span in spans]
    rows = [section("Income", [line("Sales", "1", sales)], "Income", sales)]
    if any(interest):
        rows.append(section("Other Income", [line("Interest", "2", interest)], "OtherIncome", interest))
    net = [one + other for one, other in zip(sales, interest, strict=True)]
    rows.append({"type": "Section", "group": "NetIncome", "Summary": {"ColData": row("Net Income", net)}})
    columns: list[Any] = [{"ColTitle": "", "ColType": "Account"}]
    columns += [
        {
            "ColTitle": f"{start:%b %-d} - {end:%-d}",
            "ColType": "Money",
            "MetaData": [{"Name": "StartDate", "Value": str(start)}, {"Name": "EndDate", "Value": str(end)}],
        }
        for start, end in spans[:-1]
    ]
    columns.append(
        {"ColTitle": "Total", "ColType": "Money", "MetaData": [{"Name": "ColKey", "Value": "total"}]}
    )
    return whole("ProfitAndLoss", first, last, columns, rows)


def general_ledger(first: date, last: date, _: Mapping[str, str]) -> Any:
    """One account that begins at 1000.00 on New Year, and one that only moves on the 20th."""
    opening = 100_000 + sum(map(sold, days(date(2026, 1, 1), first - DAY)))
    balance, lines = opening, [entry(("Beginning Balance", ""), "", cents(opening))]
    for day in days(first, last):
        balance += sold(day)
        lines.append(entry((str(day), str(day.toordinal())), cents(sold(day)), cents(balance)))
    total = {
        "ColData": [{"value": "Total"}, {"value": ""}, {"value": cents(balance - opening)}, {"value": ""}]
    }
    rows = [
        {"type": "Section", "Header": {"ColData": row("Cash", [])}, "Rows": {"Row": lines}, "Summary": total}
    ]
    twentieths = [day for day in days(first, last) if day.day == 20]
    if twentieths:
        lines = [entry((str(day), f"i{day}"), "1.00", "1.00") for day in twentieths]
        rows.insert(0, {"type": "Section", "Header": {"ColData": row("Bank", [])}, "Rows": {"Row": lines}})
    columns = [
        {"ColTitle": title, "ColType": type_, "MetaData": [{"Name": "ColKey", "Value": key}]}
        for title, type_, key in (
            ("Date", "Date", "tx_date"),
            ("Transaction Type", "String", "txn_type"),
            ("Amount", "Money", "subt_nat_amount"),
            ("Balance", "Money", "rbal_nat_amount"),
        )
    ]
    return whole("GeneralLedger", first, last, columns, rows)


def balance_sheet(first: date, last: date, params: Mapping[str, str]) -> Any:
    report = profit_and_loss(first, last, params)
    return {**report, "Header": {**report["Header"], "ReportName": "BalanceSheet"}}


REPORTS = {"ProfitAndLoss": profit_and_loss, "GeneralLedger": general_ledger, "BalanceSheet": balance_sheet}


def whole(name: str, first: date, last: date, columns: list[Any], rows: list[Any]) -> Any:
    header = {"ReportName": name, "StartPeriod": str(first), "EndPeriod": str(last), "Currency": "USD"}
    return {"Header": header, "Columns": {"Column": columns}, "Rows": {"Row": rows}}


def section(title: str, rows: list[Any], group: str, totals: list[int]) -> Any:
    return {
        "type": "Section",
        "group": group,
        "Header": {"ColData": row(title, [])},
        "Rows": {"Row": rows},
        "Summary": {"ColData": row(f"Total {title}", totals)},
    }


def line(title: str, id_: str, amounts: list[int]) -> Any:
    cells = row(title, amounts)
    return {"type": "Data", "ColData": [{**cells[0], "id": id_}, *cells[1:]]}


def row(title: str, amounts: list[int]) -> list[dict[str, str]]:
    return [{"value": title}, *({"value": cents(amount)} for amount in amounts)]


def entry(day: tuple[str, str], amount: str, balance: str) -> Any:
    kind = {"value": "Deposit", "id": day[1]} if day[1] else {"value": ""}
    return {"type": "Data", "ColData": [{"value": day[0]}, kind, {"value": amount}, {"value": balance}]}
