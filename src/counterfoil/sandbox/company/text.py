"""Text that real books hold and that breaks careless readers."""

from typing import Final

NAMES: Final = (
    "Amélie's Café & Vélo",
    'O\'Dowd "Spokes" Ltd',
    "00742",
    "1e5",
    "真野自転車店",
    "مقهى الدراجات",
    "Zoe\u0308 Ångstro\u0308m",  # combining marks, not precomposed letters
    "Robert'); DROP TABLE invoice;--",
    "<script>alert(1)</script>",
    "back\\slash \\n Cycles",
    "🚲 Wheelie Good 👩🏽‍🔧",
    "שלום אופניים",
    "=SUM(A1:A9)",
    "NULL",
    "{{7*7}} ${HOME} %s",
    "  spaced  out  ",
)

MEMOS: Final = (
    "Please ring the bell twice.",
    "two\nlines and a\ttab",
    'She said "mind the chain", then left; cost 5% more \\ paid later',
    "'; DROP TABLE invoice_line; --",
    "<img src=x onerror=alert('memo')>",
    "\u202eright to left override\u202c and back",
    "zero\u200bwidth, no\u00a0break, line\u2028separator",
    "Ünïcödé ✓ 漢字 ﷽ 🚴‍♀️🚴‍♂️",
    "007",
    "true",
    "2026-02-30",
    "Worn rim, trued and tensioned. " * 128,  # about 4,000 characters, as far as a private note goes
)
