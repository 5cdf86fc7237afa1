"""The picture in the README: what `counterfoil demo` shows. Run: python docs/picture.py"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).parent / "images" / "demo.svg"
COLUMNS = 82
END = "What sells"
"""The rest of what it shows is left out of the picture."""

LETTERS = "Menlo, Consolas, DejaVu Sans Mono, monospace"
THEME = TerminalTheme(
    (250, 250, 247),
    (38, 42, 45),
    [
        (38, 42, 45),
        (176, 42, 48),
        (30, 120, 70),
        (150, 100, 10),
        (40, 80, 160),
        (130, 60, 140),
        (10, 110, 120),
        (110, 115, 118),
    ],
    [
        (110, 115, 118),
        (200, 60, 60),
        (40, 140, 85),
        (170, 120, 20),
        (50, 100, 190),
        (150, 75, 160),
        (20, 130, 140),
        (60, 64, 67),
    ],
)


def shown() -> str:
    """The standard output of a real run, colours included."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    colours = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(
            [sys.executable, "-m", "counterfoil", "demo"],
            env=inherited | colours,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    return ended.stdout


def draw(text: str) -> str:
    """SVG of a terminal that shows the command and the text."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, color_system="truecolor")
        console.print(Text.assemble(("$ ", "dim"), ("counterfoil demo", "bold")))
        console.print(Text.from_ansi(text))
        svg = console.export_svg(title="", theme=THEME, unique_id="demo")
    # Whoever looks at the page should not have to ask other servers for letters.
    own = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return (
        "\n".join(line.rstrip() for line in own.replace("Fira Code, monospace", LETTERS).splitlines()) + "\n"
    )


def main() -> None:
    """Write the picture."""
    lines = shown().splitlines()
    first = next((number for number, line in enumerate(lines) if END in line), len(lines))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw("\n".join(lines[:first]).rstrip()), encoding="utf-8")


if __name__ == "__main__":
    main()
