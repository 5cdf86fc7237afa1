"""A report that a source has chosen, and how it wants it: one line of text, the same in files, commands and forms.

    ProfitAndLoss
    BalanceSheet method=both by=quarter since=2024-01-01
    GeneralLedger since=2025-07-01 columns=tx_date,txn_type,memo,subt_nat_amount

What stands there is the choice; what does not is the default.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from counterfoil.errors import SettingInvalid
from counterfoil.model.report import NAMES


class Method(StrEnum):
    """By which accounting method amounts are counted."""

    ACCRUAL = "accrual"
    CASH = "cash"
    BOTH = "both"


class By(StrEnum):
    """How long a window is: what is read, compared and replaced as one."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Its length."""
        return {By.MONTH: 1, By.QUARTER: 3, By.YEAR: 12}[self]


SPLITS = ("Customers", "Vendors", "Classes", "Departments", "Employees", "ProductsAndService")
"""What the columns of a summary can be parted by (reference, section 7)."""

OLDEST = date(1980, 1, 1)
"""Earlier books than QuickBooks Online could hold."""

OPTIONS: Mapping[str, str] = {
    "method": "accrual, cash or both",
    "by": "month, quarter or year: how long a window is",
    "since": "the first day, as 2024-01-01; without it the year before the source was made",
    "columns": "for a summary one of " + ", ".join(SPLITS) + "; for a list the columns' keys, with commas",
}
"""What can be said about a report, for whoever asks; the texts of forms and pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One report and its options. `since` None: from the first of January of the year before the source was made."""

    report: str
    method: Method = Method.ACCRUAL
    by: By = By.MONTH
    since: date | None = None
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        usual = Choice(report=self.report)
        said = {
            "method": "" if self.method is usual.method else str(self.method),
            "by": "" if self.by is usual.by else str(self.by),
            "since": str(self.since or ""),
            "columns": ",".join(self.columns),
        }
        return " ".join([self.report, *(f"{name}={value}" for name, value in said.items() if value)])


Chosen = tuple[Choice, ...]
"""The reports of a source, by name; each stands there once."""


def chosen(texts: Iterable[str]) -> Chosen:
    """Read several. Raises SettingInvalid, also for a report that is named twice."""
    choices = sorted(map(parse, texts), key=lambda choice: choice.report)
    names = [choice.report for choice in choices]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingInvalid(f"The report {', '.join(twice)} is named twice.", do="Name each report once.")
    return tuple(choices)


def parse(text: str) -> Choice:
    """Read one. Raises SettingInvalid, which says what can be written."""
    name, *options = text.split() or [""]
    if name not in NAMES:
        raise SettingInvalid(f"There is no report {text[:60]!r}.", do=f"Known are {', '.join(NAMES)}.")
    choice, seen = Choice(report=name), set[str]()
    for option in options:
        key, _, value = option.partition("=")
        if key not in OPTIONS or key in seen or not value:
            known = "; ".join(f"{known}= {what}" for known, what in OPTIONS.items())
            raise SettingInvalid(
                f"{option[:60]!r} says nothing about the report {name}.", do=f"Write, each once: {known}."
            )
        seen.add(key)
        choice = _with(choice, key, value)
    return choice


def _with(choice: Choice, key: str, value: str) -> Choice:
    try:
        if key == "method":
            return replace(choice, method=Method(value.lower()))
        if key == "by":
            return replace(choice, by=By(value.lower()))
        if key == "since":
            since = date.fromisoformat(value)
            if since < OLDEST:
                raise ValueError
            return replace(choice, since=since)
    except ValueError:
        raise SettingInvalid(
            f"{key}={value[:40]} is no choice for the report {choice.report}.", do=f"{key} is {OPTIONS[key]}."
        ) from None
    columns = tuple(dict.fromkeys(value.split(",")))
    if not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,60}", column) for column in columns):
        raise SettingInvalid(
            f"{value[:60]!r} names no columns of the report {choice.report}.",
            do=f"columns are {OPTIONS['columns']}.",
        )
    return replace(choice, columns=columns)
