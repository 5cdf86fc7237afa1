"""Rows as PostgreSQL's binary COPY takes them, made column by column in Arrow.

Half the work of text for both sides, and exact by construction: no number is ever written out in decimal digits.
"""

import struct
from array import array
from decimal import Context, Decimal

import pyarrow as pa
import pyarrow.compute as pc

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"

INSTEAD_OF_NUL = "␀"
"""PostgreSQL's text holds every character but NUL."""

NULL = pa.scalar(b"\xff\xff\xff\xff", pa.binary())
EMPTY = pa.scalar(b"", pa.binary())

DAYS_BEFORE_2000 = 10_957
MICROSECONDS_BEFORE_2000 = 946_684_800_000_000

EXACT = Context(prec=38)
"""Python's own rounds to 28 digits."""

WIDTH_OF_SHORT = 20
SHORT = {
    sign: pa.scalar(struct.pack(">ihHHH", WIDTH_OF_SHORT, 6, 2, sign, 9), pa.binary())
    for sign in (0x0000, 0x4000)
}
"""Length and head of a number of six digits to the base 10,000, the first one counting 10,000 squared."""


def encode(rows: pa.RecordBatch) -> memoryview:
    """Rows of the stage's seven types, ready to be sent."""
    parts = [pa.scalar(struct.pack(">h", rows.num_columns), pa.binary())]
    for column in rows.columns:
        parts += _column(column)
    joined = pc.binary_join_element_wise(*parts, EMPTY)
    ends = memoryview(joined.buffers()[1]).cast("i")
    return memoryview(joined.buffers()[2])[ends[joined.offset] : ends[joined.offset + len(joined)]]


def _column(column: pa.Array) -> list[pa.Array]:
    """What stands for a column in each row: a length, then the value; the length alone where it is null."""
    kind = column.type
    if kind == pa.string():
        return _text(column)
    if pa.types.is_decimal128(kind):
        return _decimal(column)
    if kind == pa.date32():
        return _fixed(pc.subtract(column.cast(pa.int32()), pa.scalar(DAYS_BEFORE_2000, pa.int32())), "i")
    if pa.types.is_timestamp(kind):
        return _fixed(pc.subtract(column.cast(pa.int64()), MICROSECONDS_BEFORE_2000), "q")
    return _fixed(
        column.cast(pa.int8()) if kind == pa.bool_() else column, "b" if kind == pa.bool_() else "q"
    )


def _text(column: pa.Array) -> list[pa.Array]:
    held = column.buffers()[2]
    if held is not None and b"\0" in held.to_pybytes():  # of all texts at once, and of some beside them maybe
        column = pc.replace_substring(column, "\0", INSTEAD_OF_NUL)
    lengths = pc.fill_null(pc.binary_length(column), -1)
    return [_swapped(lengths, "i"), pc.fill_null(column, "").cast(pa.binary())]


def _fixed(column: pa.Array, code: str) -> list[pa.Array]:
    length = pa.scalar(struct.pack(">i", array(code).itemsize), pa.binary())
    return _null_or(column, length, _swapped(pc.fill_null(column, 0), code))


def _null_or(column: pa.Array, length: pa.Scalar, *values: pa.Array) -> list[pa.Array]:
    if not column.null_count:
        return [length, *values]
    there = column.is_valid()
    return [pc.if_else(there, length, NULL), *(pc.if_else(there, value, EMPTY) for value in values)]


def _swapped(numbers: pa.Array, code: str) -> pa.Array:
    """The numbers, none of them null, in network order."""
    width = array(code).itemsize
    swapped = array(code)
    swapped.frombytes(numbers.buffers()[1].slice(numbers.offset * width, len(numbers) * width))
    swapped.byteswap()
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(numbers), [None, pa.py_buffer(swapped)]
    )
    return fixed.cast(pa.binary())


def _decimal(column: pa.Array) -> list[pa.Array]:
    """Numbers with nine places. Most fit 64 bits, and need arithmetic alone; the others are spelled one by one."""
    whole = pa.Array.from_buffers(
        pa.decimal128(38, 0), len(column), column.buffers(), column.null_count, column.offset
    )
    try:
        numbers = whole.cast(pa.int64())
        size = pc.abs_checked(pc.fill_null(numbers, 0))
    except pa.ArrowInvalid:
        return _long_decimal(column)
    above, below = _divided(size, 10**9)
    rest, third = _divided(above, 10_000)
    first, second = _divided(rest, 10_000)
    fourth, rest = _divided(below, 100_000)
    fifth, last = _divided(rest, 10)
    high = _packed(_packed(_packed(first, second), third), fourth)
    low = _packed(fifth, pc.multiply(last, 1000)).cast(pa.int32())
    heads = pc.if_else(pc.fill_null(pc.less(numbers, 0), False), SHORT[0x4000], SHORT[0x0000])  # noqa: FBT003
    return _null_or(column, heads, _swapped(high, "q"), _swapped(low, "i"))


def _divided(numbers: pa.Array, by: int) -> tuple[pa.Array, pa.Array]:
    whole = pc.divide(numbers, by)
    return whole, pc.subtract(numbers, pc.multiply(whole, by))


def _packed(high: pa.Array, low: pa.Array) -> pa.Array:
    return pc.add(pc.multiply(high, 65_536), low)


def _long_decimal(column: pa.Array) -> list[pa.Array]:
    values = [None if value is None else _spelled(value) for value in column.to_pylist()]
    return [pa.array([b"\xff\xff\xff\xff" if value is None else value for value in values], pa.binary())]


def _spelled(number: Decimal) -> bytes:
    """Eight digits to the base 10,000 before the point and three behind it, with their length and head."""
    rest = abs(int(EXACT.scaleb(number, 9))) * 1000
    digits = []
    for _ in range(11):
        rest, digit = divmod(rest, 10_000)
        digits.append(digit)
    return struct.pack(">ihHHH11h", 30, 11, 7, 0x4000 if number < 0 else 0, 9, *reversed(digits))
