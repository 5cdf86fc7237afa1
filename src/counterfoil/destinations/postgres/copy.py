"""Rows as PostgreSQL's binary COPY takes them, made column by column in Arrow.

Half the work of text for both sides, and exact by construction: no number is ever written out in decimal digits.
"""

import struct
from array import array
from collections.abc import Iterator
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"

INSTEAD_OF_NUL = "␀"
"""PostgreSQL's text holds every character but NUL."""

NULL = pa.scalar(b"\xff\xff\xff\xff", pa.binary())
EMPTY = pa.scalar(b"", pa.binary())
TRUE, FALSE = (pa.scalar(struct.pack(">ib", 1, value), pa.binary()) for value in (1, 0))

DAYS_BEFORE_2000 = 10_957
MICROSECONDS_BEFORE_2000 = 946_684_800_000_000

EXACT = Context(prec=38)
"""Python's own rounds to 28 digits."""

SHORT = struct.pack(">ihH", 20, 6, 2)
"""How a number begins: its length, and six digits to the base 10,000, the first one counting 10,000 squared."""

ABOVE, BELOW_ZERO = (pa.scalar((sign << 48) + (9 << 32)) for sign in (0x0000, 0x4000))
"""What follows: its sign and its nine places, and room for two digits."""


def encode(rows: pa.RecordBatch) -> memoryview:
    """Rows of the stage's seven types, ready to be sent."""
    parts = [pa.scalar(struct.pack(">h", rows.num_columns), pa.binary())]
    block = Block(len(rows))
    for column in rows.columns:
        for each in _column(column, block):
            if block.width:
                parts.append(block.done())
                block = Block(len(rows))
            parts.append(each)
    if block.width:
        parts.append(block.done())
    joined = pc.binary_join_element_wise(*parts, EMPTY)
    ends = memoryview(joined.buffers()[1]).cast("i")
    return memoryview(joined.buffers()[2])[ends[joined.offset] : ends[joined.offset + len(joined)]]


class Block:
    """What is as wide in every row, side by side: one thing to join, however many columns it is made of."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.alike = b""  # of one row, with zeros where the values come
        self.values: list[tuple[int, array]] = []  # type: ignore[type-arg] # where they come

    @property
    def width(self) -> int:
        """Bytes in a row."""
        return len(self.alike)

    def add(self, begin: bytes, *values: array) -> None:  # type: ignore[type-arg]
        """Bytes that are the same in all rows, a multiple of four, and numbers in network order behind them."""
        self.alike += begin
        for each in values:
            self.values.append((self.width, each))
            self.alike += bytes(each.itemsize)

    def done(self) -> pa.Array:
        """All of it, row by row."""
        content = pa.py_buffer(self._woven())
        ends = pa.py_buffer(_ends(self.width, self.rows))
        return pa.Array.from_buffers(pa.binary(), self.rows, [None, ends, content])

    def _woven(self) -> Any:
        first = self.values[0][1]
        if first.itemsize == self.width:
            return first  # alone
        content = bytearray(self.alike * self.rows)
        for place, values in self.values:
            size = values.itemsize if self.width % values.itemsize == 0 else 4
            its, wide = _words(memoryview(values).cast("B"), size), values.itemsize // size
            words = _words(memoryview(content)[place : len(content) - (self.width - place) % size], size)
            for word in range(wide):
                words[word :: self.width // size] = its[word::wide]
        return content


def _words(content: memoryview, size: int) -> Any:
    """The same bytes as numbers of so many bytes each."""
    return content.cast("q") if size == 8 else content.cast("i")


@lru_cache(maxsize=64)
def _ends(width: int, rows: int) -> bytes:
    """Where each of so many values ends, as Arrow has it."""
    return array("i", range(0, width * rows + 1, width)).tobytes()


def _column(column: pa.Array, block: Block) -> Iterator[pa.Array]:
    """A length, then the value, or the length alone where it is null: in the block, or behind it."""
    kind = column.type
    if kind == pa.string():
        yield from _text(column, block)
    elif pa.types.is_decimal128(kind):
        yield from _decimal(column, block)
    elif kind == pa.date32():
        days = pc.subtract(column.cast(pa.int32()), pa.scalar(DAYS_BEFORE_2000, pa.int32()))
        yield from _fixed(column, block, struct.pack(">i", 4), _swapped(days, "i"))
    elif pa.types.is_timestamp(kind):
        moments = pc.subtract(column.cast(pa.int64()), MICROSECONDS_BEFORE_2000)
        yield from _fixed(column, block, struct.pack(">i", 8), _swapped(moments, "q"))
    elif kind == pa.bool_():
        yield pc.fill_null(pc.if_else(column, TRUE, FALSE), NULL)
    else:
        yield from _fixed(column, block, struct.pack(">i", 8), _swapped(column, "q"))


def _text(column: pa.Array, block: Block) -> Iterator[pa.Array]:
    if b"\0" in _held(column).to_pybytes():
        column = pc.replace_substring(column, "\0", INSTEAD_OF_NUL)
    lengths = pc.binary_length(column)
    block.add(b"", _swapped(pc.fill_null(lengths, -1), "i"))
    if (pc.sum(lengths).as_py() or 0) == _held(column).size:  # nothing is held for a null: it reads as empty
        there = [None, *column.buffers()[1:]]
        yield pa.Array.from_buffers(pa.binary(), len(column), there, 0, column.offset)
    else:
        yield pc.fill_null(column, "").cast(pa.binary())


def _held(column: pa.Array) -> pa.Buffer:
    """The bytes of all texts, one behind the other."""
    _, ends, held = column.buffers()
    if held is None or not len(column):
        return pa.py_buffer(b"")
    where = memoryview(ends).cast("i")
    begin, end = where[column.offset], where[column.offset + len(column)]
    return held.slice(begin, end - begin)


def _fixed(
    column: pa.Array,
    block: Block,
    begin: bytes,
    *values: array,  # type: ignore[type-arg]
) -> Iterator[pa.Array]:
    if not column.null_count:
        block.add(begin, *values)
        return
    alone = Block(len(column))
    alone.add(begin, *values)
    yield pc.if_else(column.is_valid(), alone.done(), NULL)


def _swapped(numbers: pa.Array, code: str) -> array:  # type: ignore[type-arg]
    """The numbers in network order, with a zero for null."""
    numbers = pc.fill_null(numbers, 0)
    swapped = array(code)
    width = swapped.itemsize
    swapped.frombytes(numbers.buffers()[1].slice(numbers.offset * width, len(numbers) * width))
    swapped.byteswap()
    return swapped


def _decimal(column: pa.Array, block: Block) -> Iterator[pa.Array]:
    """Numbers with nine places. Most fit 64 bits, and need arithmetic alone; the others are spelled one by one."""
    whole = pa.Array.from_buffers(
        pa.decimal128(38, 0), len(column), column.buffers(), column.null_count, column.offset
    )
    try:
        numbers = whole.cast(pa.int64())
        size = pc.abs_checked(pc.fill_null(numbers, 0))
    except pa.ArrowInvalid:
        yield _long_decimal(column)
        return
    above, below = _divided(size, 10**9)
    rest, third = _divided(above, 10_000)
    first, second = _divided(rest, 10_000)
    fourth, rest = _divided(below, 100_000)
    fifth, last = _divided(rest, 10)
    signs = pc.if_else(pc.fill_null(pc.less(numbers, 0), False), BELOW_ZERO, ABOVE)  # noqa: FBT003
    high = pc.add(signs, _packed(first, second))
    low = _packed(_packed(_packed(third, fourth), fifth), pc.multiply(last, 1000))
    yield from _fixed(column, block, SHORT, _swapped(high, "q"), _swapped(low, "q"))


def _divided(numbers: pa.Array, by: int) -> tuple[pa.Array, pa.Array]:
    whole = pc.divide(numbers, by)
    return whole, pc.subtract(numbers, pc.multiply(whole, by))


def _packed(high: pa.Array, low: pa.Array) -> pa.Array:
    return pc.add(pc.multiply(high, 65_536), low)


def _long_decimal(column: pa.Array) -> pa.Array:
    values = [None if value is None else _spelled(value) for value in column.to_pylist()]
    return pa.array([b"\xff\xff\xff\xff" if value is None else value for value in values], pa.binary())


def _spelled(number: Decimal) -> bytes:
    """Eight digits to the base 10,000 before the point and three behind it, with their length and head."""
    rest = abs(int(EXACT.scaleb(number, 9))) * 1000
    digits = []
    for _ in range(11):
        rest, digit = divmod(rest, 10_000)
        digits.append(digit)
    return struct.pack(">ihHHH11h", 30, 11, 7, 0x4000 if number < 0 else 0, 9, *reversed(digits))
