"""The made-up companies as the tests read them: by entity, and with the whole bulk run."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from counterfoil.sandbox.company import Company, companies

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Record = dict[str, Any]
Books = dict[str, list[Record]]
Everything = list[tuple[str, Record]]


def made(count: int = 1, *, seed: int = 7, invoices: int = 900) -> list[Company]:
    return companies(count, seed=seed, invoices=invoices, now=NOW)


def by_entity(company: Company) -> Books:
    result = defaultdict(list)
    for entity, record in company.records():
        result[entity].append(record)
    return result


def with_bulk(company: Company, books: Books) -> Everything:
    """All records and the whole bulk run."""
    written = [(entity, record) for entity, members in books.items() for record in members]
    return [*written, *_of_series(company)]


def _of_series(company: Company) -> Iterator[tuple[str, Record]]:
    for series in company.series():
        for place in range(len(series)):
            yield series.entity, json.loads(series.body(place), parse_float=Decimal, parse_int=Decimal)


def open_body(entity: str, record: Record) -> Record:
    """Unwrap a recurring transaction; anything else is its own body."""
    body: Record = next(iter(record.values())) if entity == "RecurringTransaction" else record
    return body
