"""Asking BigQuery for a few rows, as `look` does."""

import re
from concurrent.futures import TimeoutError as LateError
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud.bigquery import ScalarQueryParameter

from counterfoil.destinations.bigquery import script as bigquery_script
from counterfoil.destinations.bigquery.tables import Dataset
from counterfoil.destinations.flavour import Flavour
from counterfoil.errors import WarehouseBusy

LONGEST = 10.0
"""Seconds that a look at rows may take; BigQuery needs one or two for any question."""


MARK = re.compile(r"(`[^`]*`)|\?")


class Looking:
    """BigQuery's SQL, as far as it takes to look."""

    flavour = Flavour()

    def __init__(self, dataset: Dataset, seconds: float = LONGEST) -> None:
        self._dataset, self._seconds = dataset, seconds

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        asked = [ScalarQueryParameter(f"p{number}", _type(each), each) for number, each in enumerate(values)]
        numbers = count()
        named = MARK.sub(lambda found: found[1] or f"@p{next(numbers)}", sql)
        try:
            return self._dataset.ask(named, *asked, seconds=self._seconds)
        except LateError as late:
            raise WarehouseBusy(
                f"{self._dataset.service.aim} did not answer within {self._seconds:.0f} seconds.",
                do="Ask BigQuery itself, in its console.",
            ) from late

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._dataset.ask(sql, *values)

    def columns(self, dataset: str, table: str) -> set[str]:  # noqa: ARG002 (it is the dataset that was opened)
        try:
            return set(self._dataset.layout([table]).get(table, ()))
        except NotFound:
            return set()

    def table(self, dataset: str, name: str) -> str:  # noqa: ARG002
        return self._dataset.full(name)

    @staticmethod
    def name(identifier: str) -> str:
        return bigquery_script.name(identifier)

    @staticmethod
    def kept(identifier: str) -> str:
        return identifier


def _type(value: object) -> str:
    types = ((bool, "BOOL"), (int, "INT64"), (Decimal, "NUMERIC"), (datetime, "TIMESTAMP"), (date, "DATE"))
    return next((name for kind, name in types if isinstance(value, kind)), "STRING")
