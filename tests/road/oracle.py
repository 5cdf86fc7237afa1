"""What QuickBooks really holds, read over HTTP without any of the product's own reading."""

import json
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from counterfoil.sandbox.running import Sandbox

INACTIVE_HIDDEN = {
    "Account", "Budget", "Class", "Customer", "Department", "Employee", "Item", "PaymentMethod", "TaxCode",
    "TaxRate", "Term", "Vendor",
}  # fmt: skip
LEFT_OUT = {"domain", "sparse", "TempDownloadUri", "ThumbnailTempDownloadUri"}
EXACTLY = Context(prec=500, Emax=9999, Emin=-9999)
"""The usual context keeps 28 digits: two numbers that differ after those would be spelled alike."""
ANSWER_KEY = {"CreditCardPayment": "CreditCardPaymentTxn"}


class Digits(str):
    """A number as it came."""


class Oracle:
    """Reads one company page by page; its books must stand still meanwhile."""

    def __init__(self, sandbox: Sandbox, realm: str) -> None:
        self.base = f"{sandbox.url}/v3/company/{realm}"
        self.bearer = sandbox.authorize(realm).access_token

    def records(self, entity: str) -> list[dict[str, Any]]:
        """Every record, active or not, with all its custom fields."""
        if entity in ("CompanyInfo", "Preferences"):
            realm = self.base.rpartition("/")[2]
            return [self._get("companyinfo/" + realm if entity == "CompanyInfo" else "preferences")[entity]]
        conditions = [""]
        if entity in INACTIVE_HIDDEN:
            conditions = [" WHERE Active IN (true,false)"] + ([""] if entity == "TaxCode" else [])
        if entity == "ExchangeRate":
            conditions = [f" WHERE sourcecurrencycode = '{code}'" for code in self._currencies()]
        found = [record for condition in conditions for record in self._pages(entity, condition)]
        return list({json.dumps(record, sort_keys=True): record for record in found}.values())

    def _currencies(self) -> list[str]:
        return [currency["Code"] for currency in self._pages("CompanyCurrency", "")]

    def _pages(self, entity: str, condition: str) -> Iterator[dict[str, Any]]:
        start = 1
        while True:
            statement = f"SELECT * FROM {entity}{condition} STARTPOSITION {start} MAXRESULTS 1000"
            answer = self._get("query", query=statement)["QueryResponse"].get(
                ANSWER_KEY.get(entity, entity), []
            )
            yield from answer
            if len(answer) < 1000:
                return
            start += 1000

    def _get(self, path: str, **params: str) -> Any:
        params["include"] = "enhancedAllCustomFields"
        request = urllib.request.Request(
            f"{self.base}/{path}?{urllib.parse.urlencode(params)}",
            headers={"Authorization": f"Bearer {self.bearer}", "Accept": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response, parse_float=Digits, parse_int=Digits)


def values_of(record: Any) -> Counter[str]:
    """Every scalar of a record, in one spelling, however deep it stands."""
    return Counter(_scalars(record))


def _scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in LEFT_OUT:
                yield from _scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner)
    elif value is not None:
        yield spelled(value)


def values_stood(rows: Iterable[dict[str, Any]]) -> Counter[str]:
    """Every value that stands in rows of the warehouse, in the same spelling; JSON is opened."""
    return Counter(text for row in rows for name, value in row.items() for text in _stood(name, value))


def _stood(name: str, value: Any) -> Iterator[str]:
    if value is None or (name.startswith("_") and name != "_extra"):
        return
    yield spelled(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            yield from _scalars(json.loads(value, parse_float=Digits, parse_int=Digits))
        except ValueError:
            return


def spelled(value: Any) -> str:
    """One spelling for a value on the wire and in the warehouse: text that reads as a moment becomes UTC."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Digits | Decimal | int):
        return _plain(str(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    text = str(value)
    if len(text) > 10 and text[4:5] == "-" and "T" in text:
        try:
            return datetime.fromisoformat(text).astimezone(UTC).isoformat()
        except ValueError:
            return text
    return text


def _plain(digits: str) -> str:
    try:
        return format(EXACTLY.plus(Decimal(digits)).normalize(EXACTLY), "f")  # 0 and -0 are one
    except InvalidOperation:
        return digits
