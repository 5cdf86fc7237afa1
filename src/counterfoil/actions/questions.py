"""What new tables are asked first: SQL that runs as it stands in every kind of warehouse, names in its quotes."""

from collections.abc import Collection
from dataclasses import dataclass

from counterfoil.actions.rows import select
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Capabilities
from counterfoil.model.connection import Connection
from counterfoil.model.table import Table
from counterfoil.quickbooks.catalog import catalog

OWING = """\
select {display_name}, {balance}
from {the_table}
where not {_deleted} and {balance} > 0
order by {balance} desc
limit 10;"""

BY_MONTH = """\
select extract(year from {transaction_date}) as {year},
  extract(month from {transaction_date}) as {month},
  {currency_id}, count(*) as {how_many},
  sum({total_amount}) as {total}
from {the_table}
where not {_deleted}
group by 1, 2, 3
order by 1 desc, 2 desc
limit 24;"""

MOST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one stream's table can be asked; `telling` are the columns that show best what it holds, where known."""

    stream: str
    title: str
    sql: str = ""
    telling: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The table that is asked."""
        return catalog()[self.stream].table


_NAME = ("display_name", "company_name", "balance", "active")
_PAPER = ("doc_number", "transaction_date", "due_date", "total_amount", "balance")

QUESTIONS = (
    Question(stream="Customer", title="Who owes the most", sql=OWING, telling=_NAME),
    Question(stream="Invoice", title="Invoices by month", sql=BY_MONTH, telling=("customer_name", *_PAPER)),
    Question(stream="Bill", title="Bills by month", sql=BY_MONTH, telling=("vendor_name", *_PAPER)),
    Question(stream="Vendor", title="Whom you owe the most", sql=OWING, telling=_NAME),
)


def questions(streams: Collection[str]) -> tuple[Question, ...]:
    """What can be asked of tables of these streams; with none that we know a question for, a first look at one."""
    known = tuple(question for question in QUESTIONS if question.stream in streams)
    if known or not streams:
        return known[:MOST]
    return (Question(stream=min(streams), title="A first look"),)


def sql(question: Question, connection: Connection) -> str:
    """The question as this connection's warehouse takes it."""
    if not question.sql:
        return select(connection, question.table)
    names = _Quoted(KINDS[connection.destination.kind].capabilities)
    table = connection.source.prefix + question.table.name
    names["the_table"] = f"{names[connection.dataset]}.{names[table]}"
    return question.sql.format_map(names)


class _Quoted(dict[str, str]):
    """Every name as it stands in a warehouse's SQL."""

    def __init__(self, its: Capabilities) -> None:
        super().__init__()
        self._its = its

    def __missing__(self, name: str) -> str:
        return self._its.quoted(name)
