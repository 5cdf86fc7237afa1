"""A running sync as it is drawn."""

from io import StringIO

from rich.console import Console

from counterfoil.cli.progress import Board, watching
from counterfoil.sync.progress import Progress, Stage


def drawn(board: Board, height: int) -> list[str]:
    console = Console(file=StringIO(), width=80, height=height)
    with console.capture() as captured:
        console.print(board)
    return [line.rstrip() for line in captured.get().splitlines()]


def board_of(streams: int, *, height: int, told: list[Progress]) -> list[str]:
    console = Console(file=StringIO(), width=80, height=height)
    board = Board(streams, console, lambda: 7.0)
    for progress in told:
        board.watch.progress(progress)
    return drawn(board, height)


def test_a_bar_stands_only_where_the_total_is_known() -> None:
    known = Progress(stream="Invoice", stage=Stage.READING, records=600, counted=1400)
    unknown = Progress(stream="Term", stage=Stage.READING, records=6)

    lines = board_of(2, height=30, told=[known, unknown])

    invoice, term = (next(line for line in lines if name in line) for name in ("Invoice", "Term"))
    assert "600" in invoice
    assert "of 1,400" in invoice
    assert "━" in invoice
    assert "━" not in term


def test_streams_that_wait_share_one_line() -> None:
    lines = board_of(41, height=30, told=[Progress(stream="Item", stage=Stage.READ, records=21, calls=1)])

    assert "1 of 41 streams · 21 records · 1 call" in lines[0]
    assert [line.strip() for line in lines if "waiting" in line] == ["40 streams waiting"]


def test_the_drawing_fits_the_terminal_and_keeps_what_is_being_read() -> None:
    done = [Progress(stream=f"Done{number}", stage=Stage.READ, records=1) for number in range(40)]
    reading = Progress(stream="Invoice", stage=Stage.READING, records=1)

    lines = board_of(60, height=20, told=[*done, reading])

    assert len(lines) < 20
    assert any("Invoice" in line for line in lines)
    assert any("streams read" in line for line in lines)


def test_without_a_terminal_it_tells_the_end_of_each_stream_and_long_ones_now_and_then() -> None:
    moments = iter([0.0, 1.0, 6.0, 6.0, 7.0, 8.0])
    out = StringIO()

    with watching(Console(file=out, width=80), 1, lambda: next(moments)) as watch:
        for records in (1000, 2000):
            watch.progress(Progress(stream="Invoice", stage=Stage.READING, records=records, counted=9000))
        watch.progress(Progress(stream="Invoice", stage=Stage.READ, records=9000))

    assert out.getvalue().splitlines() == ["Invoice: 2,000 of 9,000 so far", "Invoice: 9,000 records read"]
