"""A stream: something that is read from QuickBooks as a unit: an entity or a report."""

from dataclasses import dataclass
from enum import StrEnum

from counterfoil.model.report import Traits
from counterfoil.model.table import Table


class Family(StrEnum):
    """How an entity lives and dies: lists are made inactive, transactions are deleted or voided."""

    LIST = "list"
    TRANSACTION = "transaction"
    SUPPORTING = "supporting"
    SINGLETON = "singleton"
    REPORT = "report"


class Reading(StrEnum):
    """How all records of an entity can be read."""

    KEYSET = "keyset"  # query, paged on MetaData.CreateTime
    OFFSET = "offset"  # query, paged by STARTPOSITION because CreateTime cannot be filtered
    ONCE = "once"  # one answer holds all; STARTPOSITION may be ignored
    SINGLE = "single"  # GET resource, one record
    CHANGES = "changes"  # no query: only change data capture can tell
    REPORT = "report"  # window by window


class InCdc(StrEnum):
    """Whether change data capture covers an entity (reference, section 8)."""

    YES = "yes"
    NO = "no"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stream:
    """An entity or report of QuickBooks and its traits; the facts are those of the API reference, sections 7 and 8."""

    name: str  # as QuickBooks writes it: "Invoice"
    resource: str  # in paths: "invoice"
    family: Family
    reading: Reading
    in_cdc: InCdc
    table: Table
    has_inactive: bool = False  # hidden from queries unless Active IN (true, false)
    some_lack_active: bool = False  # a filter on Active, even IN (true, false), may hide those
    json_key: str = ""  # the array's key in answers, where it is not the name
    where: str = ""  # a condition without which the query is refused; {currency}: ask for each foreign one
    wrapped: bool = False  # each item is {"<type>": {…}}
    id_path: tuple[tuple[str, ...], ...] = (("Id",),)  # joined with "|" where there is no Id
    ignored: tuple[tuple[str, ...], ...] = ()  # left out on purpose: neither a column nor in _extra
    report: Traits | None = None  # set for reports only

    @property
    def nests(self) -> bool:
        """Its records hang on others of their kind: renaming a parent renames them without a change of their own."""
        return any(column.name == "fully_qualified_name" for column in self.table.columns)

    @property
    def answer_key(self) -> str:
        """The key under which answers hold this entity's records."""
        return self.json_key or self.name
