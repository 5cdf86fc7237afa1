"""The README's commands and the script that checks changes cannot part ways."""

import os
import re
from pathlib import Path

from tests.house.code import ROOT, read

README = read(Path("README.md"))
SCRIPT = read(Path(".ci/run"))


def test_the_script_runs_the_very_commands_of_the_readme() -> None:
    asked = re.findall(r"\$\(grep '([^']+)' README\.md\)", SCRIPT)
    lines = [re.findall(f"{pattern}.*$", README, re.MULTILINE) for pattern in asked]

    assert [len(found) for found in lines] == [1, 1]
    assert all(line.startswith("python3 -m venv .venv && ") for (line,) in lines)


def test_the_script_checks_style_types_and_layers_too() -> None:
    lines = SCRIPT.splitlines()

    assert {"ruff check .", "ruff format --check .", "mypy", "lint-imports"} <= set(lines)


def test_the_script_may_be_run_and_stops_at_the_first_failure() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "set -euo pipefail" in SCRIPT
