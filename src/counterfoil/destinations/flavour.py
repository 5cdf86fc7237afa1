"""The few words in which one warehouse's SQL differs from another's, as data: a merge is written down once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """How a warehouse says what all of them can do. The defaults are PostgreSQL's and DuckDB's."""

    newest: str = "newest"  # the tables of one session
    gone: str = "gone"
    scratch: str = "CREATE TEMPORARY TABLE"
    scratch_text: str = ""  # the type of their ids, where it is not that of text
    create: str = "CREATE TABLE"  # of a dataset, where another load may make it in the same moment
    heap: str = ""  # what follows the columns of a table that is made
    clear: str = "TRUNCATE TABLE"  # which ends a transaction in some
    add: str = "ADD COLUMN"
    now: str = "now()"
    true: str = "true"
    false: str = "false"
    untrue: str = "NOT {}"
    row: str = "VALUES ({})"  # one row of values and calls
    rows: str = "VALUES (?){}"  # rows of one value each: the first one, then those that follow
    another: str = ", (?)"
    exact: str = "{}"  # an id as it is compared: by its characters alone
    length: str = "length({})"
    char: str = "chr({})"
    top: str = ""  # before what a query lists, and after its order: how many rows
    page: str = " LIMIT {}"
    begin: str = "BEGIN"
    cascade: bool = True  # a dataset goes with all that is in it, by one statement

    def values(self, count: int) -> str:
        """So many rows of one value each."""
        return self.rows.format(self.another * (count - 1))
