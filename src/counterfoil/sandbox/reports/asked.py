"""What a report was asked for: its dates, its basis, its columns, and the books that answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from counterfoil.sandbox.faults import FaultError
from counterfoil.sandbox.ledger.keeper import Ledger
from counterfoil.sandbox.ledger.nouns import Entry, Name, Posting
from counterfoil.sandbox.wire import Record

if TYPE_CHECKING:
    from counterfoil.sandbox.books import Books

_BASES: Final = {"cash": "Cash", "accrual": "Accrual"}
_OLD_COLUMNS: Final = (
    65  # minor versions below this one get the key of a column as its type, as recorded in 2020
)


class Names:
    """What the company's names, classes, places and items are called now."""

    def __init__(self, books: "Books") -> None:
        self._books = books
        self._read: dict[Name, Record] = {}

    def record(self, kind: str, id_: str) -> Record:
        """A record of the lists; empty where there is none."""
        key = (kind, id_)
        if key not in self._read:
            self._read[key] = (self._books.get(kind, id_) or {}) if kind and id_ else {}
        return self._read[key]

    def of(self, kind: str, id_: str) -> str:
        """The full name of a customer, class or the like."""
        found = self.record(kind, id_)
        return str(found.get("FullyQualifiedName") or found.get("DisplayName") or found.get("Name") or "")


@dataclass(frozen=True)
class Asked:
    """One question for a report; dates are whole days of the company."""

    name: str
    params: Mapping[str, str]
    ledger: Ledger
    names: Names
    books: "Books"
    today: date

    def one_of(self, name: str) -> frozenset[str]:
        """The ids or words of a parameter that takes several."""
        return frozenset(filter(None, (part.strip() for part in self.params.get(name, "").split(","))))

    @property
    def basis(self) -> str:
        """`Cash` or `Accrual`; the company's own where none was asked for (section 7)."""
        chosen = _BASES.get(self.params.get("accounting_method", "").lower())
        prefs = (self.books.get("Preferences", "1") or {}).get("ReportPrefs") or {}
        return chosen or ("Cash" if prefs.get("ReportBasis") == "Cash" else "Accrual")

    @property
    def summarized(self) -> str:
        """How columns are made, as QuickBooks writes the word."""
        wanted = self.params.get("summarize_column_by", "Total").lower()
        return next((word for word in SUMMARIES if word.lower() == wanted), "Total")

    @property
    def old_columns(self) -> bool:
        """Whether columns are to be named as they once were."""
        version = self.params.get("minorversion", "")
        return version.isdecimal() and int(version) < _OLD_COLUMNS

    @property
    def macro(self) -> str:
        """The named period that counts where no dates are given."""
        if "start_date" in self.params or "end_date" in self.params:
            return ""
        return self.params.get("date_macro", "").lower() or "this calendar year-to-date"

    def period(self) -> tuple[date, date]:
        """First and last day.

        Raises FaultError for dates that are none.
        """
        if self.macro:
            return macro_period(self.macro, self.today, self.ledger.chart.fiscal_month)
        start, end = self.day("start_date"), self.day("end_date")
        end = end or self.today
        return start or min(fiscal_start(end, self.ledger.chart.fiscal_month), end), end

    def day(self, name: str) -> date | None:
        """A parameter's day; None where it was not given.

        Raises FaultError where it is no day.
        """
        text = self.params.get(name, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise bad_value(name, text) from None

    def keeps(self) -> Callable[[Entry, Posting], bool] | None:
        """What the filters by name, account, class and the like let through; None where there are none."""
        tests = [(wanted, read) for field, read in _READERS.items() if (wanted := self.one_of(field))]
        if not tests:
            return None
        return lambda found, one: all(read(found, one) in wanted for wanted, read in tests)


SUMMARIES: Final = ("Total", "Days", "Week", "Month", "Quarter", "Year", "Customers", "Vendors", "Classes",
                    "Departments", "Employees", "ProductsAndService")  # fmt: skip


def name_on(found: Entry, one: Posting) -> Name:
    """Whom a posting is with."""
    return one.name if one.name[1] else found.name


def _named(kind: str) -> Callable[[Entry, Posting], str]:
    def read(found: Entry, one: Posting) -> str:
        if kind == "Customer" and one.customer:
            return one.customer
        name = name_on(found, one)
        return name[1] if name[0] == kind else ""

    return read


_READERS: Final[dict[str, Callable[[Entry, Posting], str]]] = {
    "account": lambda _, one: one.account,
    "customer": _named("Customer"),
    "vendor": _named("Vendor"),
    "employee": _named("Employee"),
    "class": lambda found, one: one.class_id or found.class_id,
    "department": lambda found, one: one.department_id or found.department_id,
    "item": lambda _, one: one.item,
}
FILTERS: Final = tuple(_READERS)
READERS: Final = {
    "Customers": ("Customer", _READERS["customer"]),
    "Vendors": ("Vendor", _READERS["vendor"]),
    "Employees": ("Employee", _READERS["employee"]),
    "Classes": ("Class", _READERS["class"]),
    "Departments": ("Department", _READERS["department"]),
    "ProductsAndService": ("Item", _READERS["item"]),
}


def bad_value(name: str, text: str) -> FaultError:
    """A parameter that makes no sense; how QuickBooks words it is not established."""
    return FaultError(400, "2010", "Request has invalid or unsupported property", f"{name}: {text}")


def fiscal_start(day: date, first_month: int) -> date:
    """The first day of the fiscal year that a day lies in."""
    return date(day.year - (day.month < first_month), first_month, 1)


def macro_period(macro: str, today: date, fiscal_month: int) -> tuple[date, date]:
    """What a named period means on a day; one that is not known means the default, this year to date."""
    words = macro.lower()
    to_date = words.endswith("to-date")
    words = words.removesuffix("-to-date").removesuffix(" to date").removeprefix("this ")
    if words in ("today", "yesterday"):
        day = today - timedelta(days=words == "yesterday")
        return day, day
    if words == "all":
        return date(1970, 1, 1), today
    back = words.startswith(("last ", "next ")) and (1 if words.startswith("next ") else -1)
    words = words.removeprefix("last ").removeprefix("next ").replace("calendar ", "")
    start, end = _unit(words, today, fiscal_month, back or 0)
    if to_date:
        return start, today if not back else min(
            end, start + (today - _unit(words, today, fiscal_month, 0)[0])
        )
    return start, end


def _unit(word: str, today: date, fiscal_month: int, by: int) -> tuple[date, date]:
    if word == "week":
        start = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=by)
        return start, start + timedelta(days=6)
    if word == "month":
        first = add_months(today.replace(day=1), by)
        return first, add_months(first, 1) - timedelta(days=1)
    if "quarter" in word:
        base = fiscal_start(today, fiscal_month) if "fiscal" in word else date(today.year, 1, 1)
        months = (today.year - base.year) * 12 + today.month - base.month
        first = add_months(base, months - months % 3 + 3 * by)
        return first, add_months(first, 3) - timedelta(days=1)
    first = fiscal_start(today, fiscal_month) if "fiscal" in word else date(today.year, 1, 1)
    first = add_months(first, 12 * by)
    return first, add_months(first, 12) - timedelta(days=1)


def add_months(first: date, count: int) -> date:
    """The first of a month, so many months on."""
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)
