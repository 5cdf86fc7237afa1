"""A window of a report as one record: itself, its cells, and the rows of its flat table."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from counterfoil.model.report import Lines, Traits
from counterfoil.model.window import Window
from counterfoil.quickbooks.report import Cell, Column, Report, Row, RowKind, Step, is_numeric
from counterfoil.sync.report_lines import line

_encode = msgspec.json.Encoder(decimal_format="number").encode
BETWEEN = " > "
"""In a path that is told as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What QuickBooks answered for one window: the report, and those of its columns that are the window's."""

    window: Window
    traits: Traits
    report: Report
    columns: Sequence[Column]
    as_of: date | None = None

    @property
    def period(self) -> dict[str, Any]:
        """What every row says."""
        return {
            "accounting_method": self.window.basis or None,
            "period_start": None if self.as_of else self.window.start,
            "period_end": self.as_of or self.window.end,
        }


def record_of(told: Told) -> msgspec.Raw:
    """The record, as the tables of `quickbooks.report_catalog` read it."""
    report = told.report
    rows = list(report.rows())
    return msgspec.Raw(
        _encode(
            {
                "Id": told.window.id,
                "report": told.window.report,
                **told.period,
                "currency": report.currency or None,
                "made_at": report.made_at,
                "is_empty": report.is_empty,
                "columns": [_described(column) for column in told.columns],
                "options": report.options,
                "rows": list(_flat(told, rows)),
                "cells": list(_cells(told, rows)),
            }
        )
    )


def digest_of(told: Told) -> str:
    """A digest of all that a window tells; when its report was made does not count.

    In a summary only lines with an amount count: an answer for several windows names every account that any of them
    has, and makes a section of one whose sub-accounts moved in another window only.
    """
    hashed = hashlib.blake2b(digest_size=12)
    summed = told.traits.lines in (Lines.ACCOUNTS, Lines.NAMES)
    values = [column.place for column in told.columns if summed and is_numeric(column)]
    for row in told.report.rows():
        if values and (row.kind is RowKind.SUMMARY or not any(map(_counts, _cells_at(row, values)))):
            continue
        path = [(step.title, step.id) for step in row.path]
        cells = [(cell.text, cell.id) for cell in _cells_at(row, [column.place for column in told.columns])]
        hashed.update(_encode([None if values else row.kind, path, cells]))
    hashed.update(_encode([column.name for column in told.columns if not column.start]))
    hashed.update(_encode([told.as_of, told.report.currency]))
    return hashed.hexdigest()


def _counts(cell: Cell) -> bool:
    return bool(cell.text) and cell.amount != 0


def _cells_at(row: Row, places: Sequence[int]) -> list[Cell]:
    return [row.cells[place] for place in places if place < len(row.cells)]


def _described(column: Column) -> dict[str, Any]:
    return {"title": column.name, "key": column.key, "type": column.type, "facts": column.facts}


def _cells(told: Told, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    places = {column.place: column for column in told.columns}
    beyond = len(told.report.columns)
    for row in rows:
        place = _place(told, row)
        for index, cell in enumerate(row.cells):
            column = places.get(index)
            if column is None and index < beyond:
                continue  # another window's
            yield {
                **told.period,
                **place,
                "column_index": index,
                "column_title": column.name if column else None,
                "column_key": (column.key if column else None) or None,
                "column_type": (column.type if column else None) or None,
                "column_start": column.start if column else None,
                "column_end": column.end if column else None,
                "value": cell.text,
                "value_id": cell.id or None,
                "amount": cell.amount,
            }


def _place(told: Told, row: Row) -> dict[str, Any]:
    """Where a row stands. In lists of transactions its first cell is no title but a date."""
    own = [Step(row.title, row.id, "")] if _has_title(told, row) else []
    path = [step for step in (*row.path, *own) if step.title or step.id]
    return {
        "row_index": row.place,
        "row_kind": row.kind,
        "row_group": row.group or None,
        "row_path": [step.title for step in path],
        "row_path_ids": [step.id or None for step in path],
        "row_path_text": BETWEEN.join(step.title for step in path),
        "row_title": row.title,
        "row_id": row.id or None,
    }


def _has_title(told: Told, row: Row) -> bool:
    return row.kind is not RowKind.DATA or told.traits.lines in (Lines.ACCOUNTS, Lines.NAMES)


def _flat(told: Told, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Each account, name or line; sums are left out, so that amounts can be added up."""
    if told.traits.lines in (Lines.TRANSACTIONS, Lines.LISTED):
        for row in rows:
            if row.kind is RowKind.DATA:
                yield {**told.period, **_section(row), **line(row, told.columns, told.traits.noun)}
        return
    values = _values(told)
    for row in rows:
        if row.kind is not RowKind.SUMMARY:
            shared = {
                **told.period,
                **_subject(row, told),
                **_section(row),
                "currency": told.report.currency or None,
            }
            yield from ({**shared, **amounts} for amounts in _amounts(row, values, told))


def _subject(row: Row, told: Told) -> dict[str, Any]:
    return {f"{told.traits.noun}_id": row.id or None, f"{told.traits.noun}_name": row.title}


def _section(row: Row) -> dict[str, Any]:
    titled = [step for step in row.path if step.title or step.id]
    return {
        "path": BETWEEN.join(step.title for step in titled),
        "section_id": (titled[-1].id if titled else "") or None,
        "section_name": titled[-1].title if titled else None,
        "row_group": row.group or None,
    }


def _values(told: Told) -> list[Column]:
    """The columns of numbers, without their sum where there are several."""
    values = [column for column in told.columns if is_numeric(column)]
    parts = [column for column in values if not _is_total(column)]
    return parts or values


def _is_total(column: Column) -> bool:
    return column.key.lower() == "total" or (not column.key and column.title.lower() == "total")


def _amounts(row: Row, values: Sequence[Column], told: Told) -> Iterator[dict[str, Any]]:
    found = [(column, row.cells[column.place].amount) for column in values if column.place < len(row.cells)]
    if told.traits.two_sided:
        debit, credit = ([amount for _, amount in found] + [None, None])[:2]
        if debit is not None or credit is not None:
            yield {"debit": debit, "credit": credit, "amount": (debit or 0) - (credit or 0)}
        return
    for column, amount in found:
        if amount is not None:
            yield {
                "column_title": column.name,
                "column_key": column.key or None,
                "amount": amount,
            }
