"""The recorded company: every record of every file stands in its table, every value as it came."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.recorded import read_recorded
from tests.road.conftest import World, opened_store, opened_world

FOLDER = (
    Path(os.environ.get("COUNTERFOIL_SAMPLES", Path(__file__).parents[3] / "shared/samples")) / "recorded"
)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not part of the project")

FIVE: dict[str, dict[str, str]] = {
    "Account": {
        "name": "Name",
        "account_type": "AccountType",
        "classification": "Classification",
        "balance": "CurrentBalance",
        "fully_qualified_name": "FullyQualifiedName",
    },
    "Bill": {
        "total_amount": "TotalAmt",
        "balance": "Balance",
        "due_date": "DueDate",
        "vendor_id": "VendorRef.value",
        "transaction_date": "TxnDate",
    },
    "BillPayment": {
        "total_amount": "TotalAmt",
        "pay_type": "PayType",
        "vendor_id": "VendorRef.value",
        "transaction_date": "TxnDate",
        "sync_token": "SyncToken",
    },
    "CreditMemo": {
        "total_amount": "TotalAmt",
        "remaining_credit": "RemainingCredit",
        "customer_id": "CustomerRef.value",
        "doc_number": "DocNumber",
        "transaction_date": "TxnDate",
    },
    "Customer": {
        "display_name": "DisplayName",
        "balance": "Balance",
        "company_name": "CompanyName",
        "email": "PrimaryEmailAddr.Address",
        "phone_number": "PrimaryPhone.FreeFormNumber",
    },
    "Deposit": {
        "total_amount": "TotalAmt",
        "account_id": "DepositToAccountRef.value",
        "transaction_date": "TxnDate",
        "currency_id": "CurrencyRef.value",
        "private_note": "PrivateNote",
    },
    "Estimate": {
        "total_amount": "TotalAmt",
        "transaction_status": "TxnStatus",
        "customer_id": "CustomerRef.value",
        "doc_number": "DocNumber",
        "bill_email": "BillEmail.Address",
    },
    "Invoice": {
        "total_amount": "TotalAmt",
        "balance": "Balance",
        "due_date": "DueDate",
        "customer_id": "CustomerRef.value",
        "billing_address_city": "BillAddr.City",
    },
    "Item": {
        "name": "Name",
        "unit_price": "UnitPrice",
        "purchase_cost": "PurchaseCost",
        "quantity_on_hand": "QtyOnHand",
        "income_account_id": "IncomeAccountRef.value",
    },
    "JournalEntry": {
        "total_amount": "TotalAmt",
        "adjustment": "Adjustment",
        "doc_number": "DocNumber",
        "private_note": "PrivateNote",
        "transaction_date": "TxnDate",
    },
    "Payment": {
        "total_amount": "TotalAmt",
        "unapplied_amount": "UnappliedAmt",
        "customer_id": "CustomerRef.value",
        "deposit_to_account_id": "DepositToAccountRef.value",
        "reference_number": "PaymentRefNum",
    },
    "Purchase": {
        "total_amount": "TotalAmt",
        "payment_type": "PaymentType",
        "account_id": "AccountRef.value",
        "credit": "Credit",
        "doc_number": "DocNumber",
    },
    "PurchaseOrder": {
        "total_amount": "TotalAmt",
        "status": "POStatus",
        "vendor_id": "VendorRef.value",
        "doc_number": "DocNumber",
        "transaction_date": "TxnDate",
    },
    "Vendor": {
        "display_name": "DisplayName",
        "balance": "Balance",
        "company_name": "CompanyName",
        "vendor_1099": "Vendor1099",
        "web_url": "WebAddr.URI",
    },
}

TABLES = {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in FIVE}


class Digits(str):
    """A number as it stands in the file."""


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record of every file, read from the JSON itself, numbers as text."""
    for file in sorted(FOLDER.glob("*.json")):
        for call in json.loads(file.read_text(), parse_float=Digits, parse_int=Digits):
            for entity, records in call["response"]["QueryResponse"].items():
                if isinstance(records, list):
                    yield from ((entity, record) for record in records)


def at(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def agrees(stood: Any, came: Any) -> bool:
    """Compare as text: an amount by its digits, without the zeros that the column's scale adds."""
    if isinstance(came, Digits):
        return stood is not None and bool(
            format(Decimal(str(stood)).normalize(), "f") == format(Decimal(came).normalize(), "f")
        )
    if isinstance(came, bool) or came is None:
        return bool(stood is came)
    return bool(str(stood) == came)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("recorded")
    with opened_store(folder) as db, opened_world(folder, db, read_recorded(FOLDER)) as made:
        made.source()
        made.sync()
        yield made


@pytest.fixture(scope="module")
def stood(acme: World) -> dict[str, list[dict[str, Any]]]:
    return acme.everything(table.name for stream in catalog().values() for table in stream.table.family())


def test_every_recorded_record_and_value_arrives(stood: dict[str, list[dict[str, Any]]]) -> None:
    seen: Counter[str] = Counter()
    for entity, record in recorded():
        (row,) = [row for row in stood[TABLES[entity]] if row["id"] == record["Id"]]
        for column, path in FIVE[entity].items():
            assert agrees(row[column], at(record, path)), (entity, record["Id"], column, row[column])
        seen[entity] += 1

    assert seen.keys() == FIVE.keys()
    assert {entity: len(stood[TABLES[entity]]) for entity in seen} == seen


def test_every_line_arrives_with_its_amount(stood: dict[str, list[dict[str, Any]]]) -> None:
    for entity, record in recorded():
        lines = record.get("Line") or []
        rows = [
            row
            for row in stood.get(f"{TABLES[entity]}_line", [])
            if row[f"{TABLES[entity]}_id"] == record["Id"]
        ]
        assert len(rows) == len(lines)
        for row, line in zip(sorted(rows, key=lambda row: row["index"]), lines, strict=True):
            assert agrees(row["amount"], line.get("Amount")), (entity, record["Id"])


def test_nothing_recorded_lands_in_extra(stood: dict[str, list[dict[str, Any]]]) -> None:
    assert {table: row["_extra"] for table, rows in stood.items() for row in rows if row["_extra"]} == {}
