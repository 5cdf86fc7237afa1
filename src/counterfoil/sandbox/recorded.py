"""Books made of real answers that were captured from the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterfoil.errors import NotFound, SettingInvalid
from counterfoil.sandbox import traits
from counterfoil.sandbox.books import Series
from counterfoil.sandbox.wire import Record, decode


@dataclass(frozen=True, slots=True)
class RecordedCompany:
    """One company's captured records."""

    realm_id: str
    name: str
    found: tuple[tuple[str, Record], ...]

    def records(self) -> Iterator[tuple[str, Record]]:
        """Each record with its entity; numbers keep the digits they were captured with."""
        return iter(self.found)

    def series(self) -> list[Series]:
        return []


def read_recorded(folder: Path) -> list[RecordedCompany]:
    """Read every `*.json` of a folder: lists of {request, status, headers, response}, one company per realm.

    Raises NotFound for a folder without such files, SettingInvalid for a file that holds something else.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise NotFound(
            f"{folder} holds no recorded answers.", do="Put captured answers there as *.json files."
        )
    companies: dict[str, list[tuple[str, Record]]] = {}
    for file in files:
        for exchange in _exchanges(file):
            realm = _realm(exchange)
            companies.setdefault(realm, []).extend(_records(exchange.get("response")))
    return [RecordedCompany(realm, _name(realm, found), tuple(found)) for realm, found in companies.items()]


def _exchanges(file: Path) -> list[dict[str, Any]]:
    try:
        exchanges = decode(file.read_bytes())
    except ValueError as error:
        raise SettingInvalid(f"{file.name} is not JSON: {error}.") from None
    exchanges = exchanges if isinstance(exchanges, list) else [exchanges]
    if not all(isinstance(exchange, dict) and "response" in exchange for exchange in exchanges):
        raise SettingInvalid(f"{file.name} is no list of recorded requests and responses.")
    return exchanges


def _realm(exchange: dict[str, Any]) -> str:
    parts = str((exchange.get("request") or {}).get("path", "")).split("/")
    return parts[parts.index("company") + 1] if "company" in parts[:-1] else "recorded"


def _records(response: Any) -> Iterator[tuple[str, Record]]:
    answer = response.get("QueryResponse", {}) if isinstance(response, dict) else {}
    for key, rows in answer.items():
        trait = next((trait for trait in traits.TRAITS if trait.key == key), None)
        if trait and isinstance(rows, list):
            yield from ((trait.name, row) for row in rows)


def _name(realm: str, found: list[tuple[str, Record]]) -> str:
    names = (record.get("CompanyName") for entity, record in found if entity == "CompanyInfo")
    return str(next(names, None) or f"Recorded company {realm}")
