"""What DuckDB wants to know, what it can, and how it is proved."""

import os

from counterfoil.destinations.base import Capabilities, Option, Step
from counterfoil.destinations.duckdb.sql import TYPES

CAPABILITIES = Capabilities(
    all_tables_at_once=True,
    default_dataset="quickbooks",
    longest_name=255,
    types=TYPES,
    quote='"',
    reserved_datasets="temp|system|pg_catalog|information_schema",
    dialect="duckdb",
    views_beside=True,
)

LOADING = "256MB"
"""What loading takes, whatever the size of a company."""
ASKING = "1GB"
"""A statement has some hundred steps, and each takes a few megabytes before it has a row, in every thread."""
THREADS = 4
"""With more, what a statement takes would grow with the machine's processors, beyond any limit."""


def threads() -> int:
    """How many threads DuckDB may use here."""
    return min(THREADS, os.cpu_count() or 1)


OPTIONS = (
    Option(
        name="path",
        help="The DuckDB file; made when it does not exist. Or md:NAME for a database of MotherDuck's.",
        required=True,
    ),
    Option(name="motherduck_token", help="A read/write token of MotherDuck's, for md:NAME.", secret=True),
    Option(
        name="wait_seconds",
        help="How long to wait for someone else who holds the file.",
        type=int,
        default=600,
        tuning=True,
    ),
    Option(
        name="memory",
        help=f"What DuckDB may use while loading; while asking, {ASKING} unless something else is set.",
        default=LOADING,
        tuning=True,
    ),
)

STEPS = (
    Step(
        name="Reach the folder", grant="Make the folder, or let Counterfoil's user write in the one above it."
    ),
    Step(
        name="Open the file",
        grant="Close it in other programs, and let Counterfoil's user read and write it; or give MotherDuck's token.",
    ),
    Step(name="Make a dataset", grant="Name no dataset that DuckDB keeps for itself."),
    Step(name="Make a table", grant="Give the disk room."),
    Step(name="Write a row", grant="Give the disk room."),
    Step(name="Replace it and read it back", grant="Give the disk room."),
)
