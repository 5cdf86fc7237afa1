"""What is real in a prepared store: sources that are synced and verified, one of them spoiled and healed."""

from collections.abc import Sequence

import duckdb

from counterfoil.actions import companies
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.sync_now import sync_now
from counterfoil.actions.verifications import verify_now
from counterfoil.model.member import Union
from counterfoil.model.sync import Sync
from counterfoil.sync.progress import SILENT

SPOILED = (
    """UPDATE quickbooks."{prefix}invoice_line" SET amount = amount + 40
    WHERE invoice_id = (SELECT MAX(id) FROM quickbooks."{prefix}invoice") AND index = 0""",
    """UPDATE quickbooks."{prefix}payment" SET total_amount = total_amount - 12
    WHERE id = (SELECT MAX(id) FROM quickbooks."{prefix}payment")""",
    """UPDATE quickbooks."{prefix}invoice" SET total_amount = total_amount + 100
    WHERE id = (SELECT MAX(id) FROM quickbooks."{prefix}invoice")""",
)
"""What somebody did to the tables of a source."""


def load(around: Surroundings, names: Sequence[str], *, prefix: str, into: str) -> Sync:
    """Sync and verify sources: they agree. Rows of the first, with that prefix, are spoiled, found, and read again.

    Then all companies are united. The first sync of the first source.
    """
    first, *others = names
    real, _ = sync_now(around, first, SILENT)
    verify_now(around, first, SILENT)
    with duckdb.connect(str(around.staging.parent / "lake.duckdb")) as lake:
        for sql in SPOILED:
            lake.execute(sql.format(prefix=prefix))
    verify_now(around, first, SILENT)
    for name in others:
        verify_now(around, name, SILENT)
    companies.install(around, into, Union(currency="USD"))
    return real
