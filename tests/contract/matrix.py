"""Writes down which kind of warehouse does what, as the suite just found it.

`python -m pytest -p tests.contract.matrix tests/contract` adds its results to those in docs/destinations/contract.json,
from which docs/make.py makes the page; with `-m "kinds or not kinds"` all places are tried.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "docs/destinations/contract.json"
PASSED, LACKING, FAILED = "passed", "lacking", "failed"

_found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
_places: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what came of a test at its place."""
    told = dict(report.user_properties)
    if "place" not in told or (report.when != "call" and report.passed):
        return
    place, test = str(told["place"]), report.nodeid.partition("[")[0].rpartition("/")[2]
    _places[place] = str(told["tried on"])
    outcome = {"passed": PASSED, "skipped": LACKING}.get(report.outcome, FAILED)
    reason = report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
    _found[place][test].append((outcome, str(told.get("told", reason))))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add what was found to the file; a place that was tried again is told anew, test by test."""
    if not _found or hasattr(session.config, "workerinput"):
        return
    kept: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    for place, tests in _found.items():
        known = kept.get(place, {}).get("tests", {})
        kept[place] = {
            "tried on": _places[place],
            "tests": {**known, **{test: _summed(outcomes) for test, outcomes in tests.items()}},
        }
    for place in kept.values():
        place["tests"] = dict(sorted(place["tests"].items()))
    FILE.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n")


def _summed(outcomes: list[tuple[str, str]]) -> dict[str, Any]:
    """How often a test passed with its several values, or failed; and why it could not be tried."""
    counted = [outcome for outcome, _ in outcomes]
    summed: dict[str, Any] = {each: counted.count(each) for each in (PASSED, FAILED) if each in counted}
    reasons = sorted({words for outcome, words in outcomes if outcome == LACKING})
    told = sorted({words for outcome, words in outcomes if outcome == PASSED and words})
    summed |= {"told": "; ".join(told)} if told else {}
    return {**summed, **({LACKING: "; ".join(reasons)} if reasons else {})}
