"""The views of a source's books, in the order in which they stand on each other."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from sqlglot import exp, parse_one

from counterfoil.books.parts import parts
from counterfoil.books.words import worded
from counterfoil.model.view import Ground, View

DIGITS: Final = " UNION ALL ".join(f"SELECT '{digit}' AS word" for digit in range(10))
MONTHS: Final = " UNION ALL ".join(f"SELECT '{month:02d}' AS word" for month in range(1, 13))

RECEIVABLE: Final = {
    "account_type": "Accounts Receivable",
    "sign": "",
    "payment": "Payment",
}
PAYABLE: Final = {
    "account_type": "Accounts Payable",
    "sign": "-",
    "payment": "BillPayment",
}

STATEMENTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "general_ledger_posting": ("general_ledger_posting", {}),
    "general_ledger": ("general_ledger", {}),
    "account_month": ("account_month", {"digits": DIGITS, "months": MONTHS}),
    "trial_balance": ("trial_balance", {}),
    "profit_and_loss": ("profit_and_loss", {}),
    "balance_sheet": ("balance_sheet", {}),
    "cash_flow": ("cash_flow", {}),
    "accounts_receivable_movement": ("accounts_movement", RECEIVABLE),
    "accounts_receivable_ageing": ("accounts_ageing", {"movement": "accounts_receivable_movement"}),
    "accounts_payable_movement": ("accounts_movement", PAYABLE),
    "accounts_payable_ageing": ("accounts_ageing", {"movement": "accounts_payable_movement"}),
}
"""Each view, the file that tells it, and the words put into that."""


def views(ground: Ground) -> list[View]:
    """General ledger and statements on those tables that a source has; none where it reads no accounts."""
    if "account" not in ground.names:
        return []
    known = parts(ground.names)
    return [
        View(
            name=ground.prefix + name,
            sql=worded(_read(file).format(**known, **words), ground, tuple(STATEMENTS)),
        )
        for name, (file, words) in STATEMENTS.items()
    ]


def asked(question: str, ground: Ground) -> str:
    """A question in DuckDB's SQL about `ledger`, the rows of general_ledger_posting, that needs no view.

    All stands in one WITH at the beginning: SQL Server takes none within a query.
    """
    ledger = parse_one(_read("general_ledger_posting").format(**parts(ground.names)), read="duckdb")
    whole = parse_one(question, read="duckdb")
    assert isinstance(ledger, exp.Select)
    assert isinstance(whole, exp.Select)
    for part in ledger.ctes:
        whole = whole.with_(part.alias, as_=part.this, copy=False)
    ledger.set("with_", None)
    return worded(whole.with_("ledger", as_=ledger, copy=False).sql(dialect="duckdb", comments=False), ground)


def _read(name: str) -> str:
    return (files("counterfoil.books") / "sql" / f"{name}.sql").read_text()
