"""Views that read another dataset, in a file that bears that dataset's name.

In `quickbooks.duckdb`, `quickbooks.invoice` is ambiguous to DuckDB: the file's own name, under which it is attached for
who opens it, might be meant. `quickbooks.quickbooks.invoice` is clear, but DuckDB cuts the file's name out of views.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from counterfoil.errors import WarehouseRefused
from counterfoil.model.view import View


def refuse_namesake(views: Sequence[View], path: Path) -> None:
    """Raise WarehouseRefused for a view that nobody who opens the file could read."""
    name = path.name.partition(".")[0]
    ambiguous = re.compile(rf'(?<![."])"{re.escape(name)}"\."', re.IGNORECASE)
    for view in views:
        if ambiguous.search(view.sql):
            raise WarehouseRefused(
                f"The view {view.name} would read a dataset that is called {name}, as the file is: DuckDB cannot tell "
                "the two apart.",
                do="Give the file another name, such as books.duckdb, or keep the tables in another dataset.",
            )
