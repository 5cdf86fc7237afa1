"""One landing as a script that BigQuery runs by itself, in one transaction."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from counterfoil.destinations.base import Landing, TableChange
from counterfoil.destinations.merge import SYNCS_COLUMNS

PLAIN = re.compile(r"[A-Za-z0-9_ .:+-]*")

COUNTED_AT_ONCE = 15
"""Tables that one statement counts: of hundreds it would say that it is too complex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What comes for one table: its name, quoted, the column that names the record, and where its rows are staged."""

    name: str
    full: str
    key: str
    stage: str = ""  # empty where no rows come
    rows: int = 0
    values: Mapping[str, str] = field(default_factory=dict)  # what to write, by column


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What one batch does to its tables, the parent first.

    `newest` is a table of the ids that come, `listed` one of those that QuickBooks no longer has, `spared` one of those
    that stay although a complete reading did not bring them; empty where there are none.
    """

    tables: Sequence[Incoming]
    newest: str = ""
    first: str = ""  # of the ids that come
    last: str = ""
    listed: str = ""
    spared: str = ""
    complete: bool = False

    def replaced(self, key: str) -> str:
        """A condition for rows in whose place others come; the range lets BigQuery pass over most of a large table."""
        if not self.newest:
            return "FALSE"
        between = f"{key} BETWEEN {text(self.first)} AND {text(self.last)}"
        return f"{between} AND {key} IN (SELECT `id` FROM {self.newest})"

    def gone(self, key: str) -> str:
        """A condition for rows of records that QuickBooks no longer has."""
        ways = [f"{key} IN (SELECT `id` FROM {self.listed})"] if self.listed else []
        if self.complete:
            ways.append(f"{key} NOT IN (SELECT `id` FROM {self.newest})" if self.newest else "TRUE")
        if not ways:
            return "FALSE"
        kept = f" AND {key} NOT IN (SELECT `id` FROM {self.spared})" if self.spared else ""
        return f"({' OR '.join(ways)}){kept}"


def script(landing: Landing, syncs: str, families: Sequence[Family], *, before: TableChange | None) -> str:
    """All statements of one transaction, and a last one whose only row tells what they did.

    `before` is what earlier transactions of the same landing did, when this is the last one and signs; None when it
    is not.
    """
    incoming = [(family, table) for family in families for table in family.tables]
    ours = f"`_realm_id` = {text(landing.realm_id)}"
    lines = [*_declared(len(incoming)), "BEGIN TRANSACTION;"]
    lines += _counted_before(incoming, ours, syncs, landing.sync_id)
    for number, (family, table) in enumerate(incoming):
        lines += _moved(family, table, number, ours, landing)
    lines += _counted_after(incoming, ours)
    if before is not None:
        lines += _signed(landing, syncs, incoming, before)
    lines.append("COMMIT TRANSACTION;")
    lines.append(f"SELECT {', '.join(_told(len(incoming)))};")
    return "\n".join(lines)


def changes(incoming: Sequence[Incoming], row: Mapping[str, int]) -> dict[str, TableChange]:
    """What the script did, by the row that it told."""
    found = {}
    for number, table in enumerate(incoming):
        out, gone, total = (int(row[f"{word}_{number}"]) for word in ("out", "gone", "total"))
        found[table.name] = TableChange(
            inserted=max(0, table.rows - out),
            updated=min(out, table.rows),
            deleted=gone + max(0, out - table.rows),
            before=total - table.rows + out,
            total=total,
            live=int(row[f"live_{number}"]),
        )
    return found


def text(value: str) -> str:
    """A text in SQL, whatever it holds."""
    if PLAIN.fullmatch(value):
        return f"'{value}'"
    return f"SAFE_CONVERT_BYTES_TO_STRING(FROM_BASE64('{base64.b64encode(value.encode()).decode()}'))"


def moment(value: datetime) -> str:
    """A time in SQL, to the microsecond."""
    return f"TIMESTAMP '{value.astimezone(UTC).isoformat(sep=' ', timespec='microseconds')}'"


def name(identifier: str) -> str:
    """A name in SQL, quoted."""
    return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _before(number: int) -> str:
    return f"before_{number // COUNTED_AT_ONCE}"


def _after(number: int) -> str:
    return f"after_{number // COUNTED_AT_ONCE}"


def _declared(count: int) -> Iterator[str]:
    """A variable for what each counting finds: one statement fills it."""
    for start in range(0, max(1, count), COUNTED_AT_ONCE):
        some = range(start, min(count, start + COUNTED_AT_ONCE))
        found = [f"{word}_{number} INT64" for number in some for word in ("out", "gone")]
        signed = ["signed INT64"] if start == 0 else []
        yield f"DECLARE {_before(start)} STRUCT<{', '.join([*signed, *found])}>;"
        if some:
            left = [f"{word}_{number} INT64" for number in some for word in ("total", "live")]
            yield f"DECLARE {_after(start)} STRUCT<{', '.join(left)}>;"


def _counted_before(
    incoming: Sequence[tuple[Family, Incoming]], ours: str, syncs: str, sync_id: str
) -> Iterator[str]:
    """How many rows go, and how many will be marked: what changes nothing is not run, and costs nothing."""
    for start in range(0, max(1, len(incoming)), COUNTED_AT_ONCE):
        found = []
        if start == 0:
            found.append(f"(SELECT COUNT(*) FROM {syncs} WHERE `sync_id` = {text(sync_id)}) AS signed")
        for number, (family, table) in enumerate(incoming[start : start + COUNTED_AT_ONCE], start):
            found.append(f"{_going(family, table, ours)} AS out_{number}")
            found.append(f"{_to_mark(family, table, ours)} AS gone_{number}")
        yield f"SET {_before(start)} = (SELECT AS STRUCT {', '.join(found)});"


def _going(family: Family, table: Incoming, ours: str) -> str:
    if not family.newest:
        return "0"
    return f"(SELECT COUNT(*) FROM {table.full} WHERE {ours} AND {family.replaced(name(table.key))})"


def _to_mark(family: Family, table: Incoming, ours: str) -> str:
    """Rows that are there and stay, and rows that come: one may have been read, and deleted since."""
    key, found = name(table.key), []
    gone = family.gone(key)
    if gone != "FALSE":
        stays = f" AND {key} NOT IN (SELECT `id` FROM {family.newest})" if family.newest else ""
        found.append(f"(SELECT COUNT(*) FROM {table.full} WHERE {ours} AND NOT `_deleted` AND {gone}{stays})")
    if family.listed and table.stage:
        found.append(f"(SELECT COUNT(*) FROM {table.stage} WHERE NOT `_deleted` AND {gone})")
    return " + ".join(found) or "0"


def _moved(family: Family, table: Incoming, number: int, ours: str, landing: Landing) -> Iterator[str]:
    """Put the newest version in place of what was there, children with their parents; mark what is gone."""
    key, before = name(table.key), _before(number)
    if family.newest:
        yield f"IF {before}.out_{number} > 0 THEN"
        yield f"DELETE FROM {table.full} WHERE {ours} AND {family.replaced(key)};"
        yield "END IF;"
    if table.stage:
        into, values = map(", ".join, (map(name, table.values), table.values.values()))
        yield f"INSERT INTO {table.full} ({into}) SELECT {values} FROM {table.stage};"
    if family.gone(key) != "FALSE":
        yield f"IF {before}.gone_{number} > 0 THEN"
        yield (
            f"UPDATE {table.full} SET `_deleted` = TRUE, `_synced_at` = {moment(landing.started_at)}, "
            f"`_sync_id` = {text(landing.sync_id)} WHERE {ours} AND NOT `_deleted` AND {family.gone(key)};"
        )
        yield "END IF;"


def _counted_after(incoming: Sequence[tuple[Family, Incoming]], ours: str) -> Iterator[str]:
    for start in range(0, len(incoming), COUNTED_AT_ONCE):
        found = []
        for number, (_, table) in enumerate(incoming[start : start + COUNTED_AT_ONCE], start):
            found.append(f"(SELECT COUNT(*) FROM {table.full}) AS total_{number}")
            found.append(
                f"(SELECT COUNT(*) FROM {table.full} WHERE {ours} AND NOT `_deleted`) AS live_{number}"
            )
        yield f"SET {_after(start)} = (SELECT AS STRUCT {', '.join(found)});"


def _signed(
    landing: Landing, syncs: str, incoming: Sequence[tuple[Family, Incoming]], before: TableChange
) -> Iterator[str]:
    """One row per landed sync, so that whoever reads the tables can see how fresh they are."""
    inserted, updated, deleted = [str(before.inserted)], [str(before.updated)], [str(before.deleted)]
    for number, (_, table) in enumerate(incoming):
        out, gone = (f"{_before(number)}.{word}_{number}" for word in ("out", "gone"))
        inserted.append(f"GREATEST(0, {table.rows} - {out})")
        updated.append(f"LEAST({out}, {table.rows})")
        deleted.append(f"{gone} + GREATEST(0, {out} - {table.rows})")
    texts = [text(each) for each in (landing.sync_id, landing.source, landing.realm_id, landing.prefix)]
    sums = [" + ".join(each) for each in (inserted, updated, deleted)]
    yield "IF before_0.signed > 0 THEN"
    yield f"DELETE FROM {syncs} WHERE `sync_id` = {texts[0]};"  # Promise 2
    yield "END IF;"
    yield (
        f"INSERT INTO {syncs} ({', '.join(name(column.name) for column in SYNCS_COLUMNS)}) "
        f"VALUES ({', '.join([*texts, moment(landing.started_at), 'CURRENT_TIMESTAMP()', *sums])});"
    )


def _told(count: int) -> Iterator[str]:
    """What was counted, all in one row."""
    yield "before_0.signed AS signed"
    for number in range(count):
        for word in ("out", "gone"):
            yield f"{_before(number)}.{word}_{number} AS {word}_{number}"
        for word in ("total", "live"):
            yield f"{_after(number)}.{word}_{number} AS {word}_{number}"
