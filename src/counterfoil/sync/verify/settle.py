"""Settling: QuickBooks is asked for the record itself, and that is held against the rows that stand for it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from counterfoil.errors import RecordGone
from counterfoil.model.stream import Reading, Stream
from counterfoil.model.table import Column, ColumnType, Table
from counterfoil.model.verification import Why
from counterfoil.quickbooks.answer import split
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import select
from counterfoil.sync.records import id_of
from counterfoil.sync.shape import Stamp, shape
from counterfoil.sync.verify.ours import Key
from counterfoil.sync.verify.shelf import Shelf
from counterfoil.sync.verify.theirs import REFUSALS

IDS_A_QUERY = 200
MOST_SINGLE = 40
"""Of streams that can only be asked for record by record, so many are."""
ROWS_A_QUESTION = 400

Row = Mapping[str, Any]

NAMED = ("posting_type", "detail_type", "doc_number", "payment_type", "pay_type", "type")
"""Columns of text that say what a record does; others are names, memos and the like, or copies of them."""
MOVING = ("home_balance", "balance_with_sub_accounts", "account.balance", "quantity_on_hand")
"""Worked out by QuickBooks at each reading."""


@dataclass(slots=True, kw_only=True)
class Asked:
    """What QuickBooks answered so far: records by key, those that are gone, those that could not be asked for."""

    records: dict[Key, msgspec.Raw] = field(default_factory=dict)
    gone: set[Key] = field(default_factory=set)
    silent: dict[Key, str] = field(default_factory=dict)

    def knows(self, key: Key) -> bool:
        """Whether there is an answer already."""
        return key in self.records or key in self.gone or key in self.silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a record: None where the rows are right; `what` tells what is wrong with them."""

    why: Why | None
    what: str = ""


def ask(client: Client, streams: Mapping[str, Stream], keys: Collection[Key], asked: Asked) -> None:
    """Ask for records that nobody asked for yet, many in a call."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        if not asked.knows(key):
            wanted[key[0]].append(key[1])
    for name, ids in wanted.items():
        stream = streams[name]
        if stream.reading is Reading.CHANGES:
            _one_by_one(client, stream, ids, asked)
            continue
        for start in range(0, len(ids), IDS_A_QUERY):
            _many(client, stream, ids[start : start + IDS_A_QUERY], asked)


def _many(client: Client, stream: Stream, ids: list[str], asked: Asked) -> None:
    try:
        found = split(client.query(select(stream, where=[("Id", "IN", ids)])), stream.answer_key)
    except REFUSALS as error:
        asked.silent |= {(stream.name, id_): error.what for id_ in ids}
        return
    records = {(stream.name, id_of(record)): record for record in found}
    asked.records |= records
    asked.gone |= {(stream.name, id_) for id_ in ids} - records.keys()


def _one_by_one(client: Client, stream: Stream, ids: Sequence[str], asked: Asked) -> None:
    """The API offers no query for these, but reads one by its id (reference, section 8)."""
    for place, id_ in enumerate(ids):
        key = (stream.name, id_)
        if place >= MOST_SINGLE or not (id_.isascii() and id_.isalnum()):
            asked.silent[key] = "QuickBooks offers no query for it."
            continue
        try:
            answer = client.get(f"{stream.resource}/{id_}")
        except RecordGone:
            asked.gone.add(key)
        except REFUSALS as error:
            asked.silent[key] = error.what
        else:
            members = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
            if stream.answer_key in members:
                asked.records[key] = members[stream.answer_key]
            else:
                asked.silent[key] = "QuickBooks answered with something else."


def named_in(record: msgspec.Raw) -> Iterator[Key]:
    """The items and accounts that a record names, by which it posts."""
    waiting: list[Any] = [_decoder.decode(record)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one.values())
            for name, ref in one.items():
                stream = "Item" if name == "ItemRef" else "Account" if name.endswith("AccountRef") else ""
                id_ = ref.get("value") if stream and isinstance(ref, dict) else None
                if isinstance(id_, str) and id_.isalnum():  # a shipping charge names an item that is none
                    yield stream, id_


_decoder = msgspec.json.Decoder(float_hook=str)


def judge(
    shelf: Shelf, streams: Mapping[str, Stream], keys: Collection[Key], asked: Asked, stamp: Stamp
) -> dict[Key, Verdict]:
    """Hold what was answered against the rows of one warehouse. Keys without an answer get none."""
    found: dict[Key, Verdict] = {}
    by_stream: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        if key in asked.silent:
            found[key] = Verdict(why=Why.UNSETTLED, what=asked.silent[key])
        elif asked.knows(key):
            by_stream[key[0]].append(key[1])
    for name, ids in by_stream.items():
        stream = streams[name]
        records = {id_: asked.records[name, id_] for id_ in ids if (name, id_) in asked.records}
        theirs = _shaped(stream, list(records.values()), stamp)
        ours = {table.name: _rows(shelf, table, ids) for table in stream.table.family()}
        for id_ in ids:
            found[name, id_] = _verdict(stream, id_, theirs if id_ in records else None, ours)
    return found


Rows = Mapping[str, Mapping[str, Sequence[Row]]]
"""By table and the record's id."""


def _verdict(stream: Stream, id_: str, theirs: Rows | None, ours: Rows) -> Verdict:
    own = ours[stream.table.name].get(id_, [])
    if theirs is None:
        return Verdict(why=Why.EXTRA, what="QuickBooks has it no more.") if own else Verdict(why=None)
    if not own:
        return Verdict(why=Why.MISSING, what="QuickBooks has it, the table has not.")
    if len(own) > 1:
        return Verdict(why=Why.DOUBLED, what=f"It stands {len(own)} times in {stream.table.name}.")
    faults: list[tuple[Why, str]] = []
    for table in stream.table.family():
        faults += _table_faults(table, theirs[table.name].get(id_, []), ours[table.name].get(id_, []))
    if not faults:
        return Verdict(why=None)
    worst = min(faults, key=lambda fault: ORDER.index(fault[0]))
    return Verdict(why=worst[0], what="; ".join(what for _, what in faults[:4]))


ORDER = (Why.LINES, Why.DATE, Why.AMOUNT, Why.ACCOUNT, Why.FIELDS)


def _table_faults(table: Table, theirs: Sequence[Row], ours: Sequence[Row]) -> Iterator[tuple[Why, str]]:
    if len(theirs) != len(ours):
        yield Why.LINES, f"{table.name} has {len(ours)} rows of it, QuickBooks {len(theirs)}"
        return
    places = [column for column in ("index", table.parent_index) if column and table.is_child]
    for their, our in zip(_sorted(theirs, places), _sorted(ours, places), strict=True):
        for column in table.columns:
            left, right = _plain(their.get(column.name)), _plain(our.get(column.name))
            if left != right and matters(column) and f"{table.name}.{column.name}" not in MOVING:
                yield (
                    _why(column),
                    f"{table.name}.{column.name} is {_told(right)}, QuickBooks has {_told(left)}",
                )


def _sorted(rows: Sequence[Row], places: Sequence[str]) -> list[Row]:
    return sorted(rows, key=lambda row: tuple(int(row.get(place) or 0) for place in reversed(places)))


def matters(column: Column) -> bool:
    """Whether a column says what a record does to the books."""
    if column.name in MOVING:
        return False
    if column.type is ColumnType.TEXT:
        return column.name.endswith("_id") or column.name in NAMED
    return column.type in (ColumnType.DECIMAL, ColumnType.DATE, ColumnType.BOOLEAN)


def _why(column: Column) -> Why:
    if column.name == "transaction_date":
        return Why.DATE
    if column.type is ColumnType.DECIMAL:
        return Why.AMOUNT
    accounts = column.name.endswith(("account_id", "item_id")) or column.name == "posting_type"
    return Why.ACCOUNT if accounts else Why.FIELDS


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    return None if value in ("", False) else value


def _told(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)[:80]


def _shaped(stream: Stream, records: list[msgspec.Raw], stamp: Stamp) -> Rows:
    found: dict[str, dict[str, list[Row]]] = {
        table.name: defaultdict(list) for table in stream.table.family()
    }
    tables = shape(records, stream, observed=frozenset(), stamp=stamp, first_seq=0).tables
    for table in stream.table.family():
        rows = tables[table.name].to_pylist() if table.name in tables else []
        for row in rows:
            found[table.name][str(row[table.parent_id or "id"])].append(row)
    return found


def _rows(shelf: Shelf, table: Table, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """The living rows that stand for some records."""
    own = table.parent_id or "id"
    keys = [name for name in table.key if name != own]
    names = [own, *keys, *(column.name for column in table.columns if matters(column) and column.name != own)]
    listed = ", ".join(shelf.name(name) for name in names)
    found: dict[str, list[Row]] = defaultdict(list)
    for start in range(0, len(ids), ROWS_A_QUESTION):
        some = ids[start : start + ROWS_A_QUESTION]
        marks = ", ".join("?" for _ in some)
        for row in shelf.ask(
            f"SELECT {listed} FROM {shelf.full(table.name)} "  # noqa: S608
            f"WHERE {shelf.living} AND {shelf.name(own)} IN ({marks})",
            shelf.realm_id,
            *some,
        ):
            found[str(row[0])].append(dict(zip(names, row, strict=True)))
    return found
