"""The reports to choose from, each with its options, and what they cost."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from counterfoil.errors import SettingInvalid
from counterfoil.model.report import Covers, Lines, Traits
from counterfoil.model.report_choice import SPLITS, By, Choice, Chosen, Method, chosen, parse
from counterfoil.model.report_cost import Calls, calls_of
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.report_catalog import reports
from counterfoil.web.visit import Posted

OPTIONS = ("method", "by", "since", "columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One report to tick. `said` are the options as they were typed; `calls` what it would cost as it is asked for."""

    stream: Stream
    traits: Traits
    ticked: bool
    said: Mapping[str, str]
    calls: Calls

    @property
    def has_periods(self) -> bool:
        return self.traits.covers is not Covers.NOW

    @property
    def takes_columns(self) -> bool:
        """Whether columns can be named by their keys."""
        return self.traits.lines in (Lines.TRANSACTIONS, Lines.LISTED)


def read(form: Posted) -> tuple[str, ...]:
    """What was ticked, each as `report_choice.parse` reads it; what is wrong with it is for whoever reads it then."""
    texts = []
    for name in form.every("report"):
        if name in reports():
            said = {option: form[f"report.{option}.{name}"] for option in OPTIONS}
            options = [f"{option}={''.join(value.split())}" for option, value in said.items() if value]
            texts.append(" ".join([name, *options]))
    return tuple(map(_plain, dict.fromkeys(texts)))


def list_(texts: Collection[str], made: date, today: date) -> dict[str, Any]:
    """What `reports_tree.html` shows; `made` is the day of the source, from which reports begin."""
    said = {text.split()[0]: _said(text) for text in texts}
    rows = [_row(stream, said, made, today) for stream in reports().values()]
    return {
        "reports": rows,
        "reports_ticked": len(said),
        "report_methods": list(Method),
        "report_bys": list(By),
        "report_splits": SPLITS,
    }


def readable(texts: Collection[str]) -> Chosen:
    """Those that can be read: what is mistyped costs nothing yet."""
    try:
        return chosen(texts)
    except SettingInvalid:
        return ()


def _row(stream: Stream, said: Mapping[str, Mapping[str, str]], made: date, today: date) -> Row:
    assert stream.report is not None
    mine = said.get(stream.name, {})
    text = " ".join([stream.name, *(f"{name}={value}" for name, value in mine.items())])
    choice = next(iter(readable([text])), Choice(report=stream.name))
    return Row(
        stream=stream,
        traits=stream.report,
        ticked=stream.name in said,
        said={option: mine.get(option, "") for option in OPTIONS},
        calls=calls_of(choice, stream.report, made, today),
    )


def _said(text: str) -> Mapping[str, str]:
    pairs = (part.partition("=") for part in text.split()[1:])
    return {name: value for name, _, value in pairs if name in OPTIONS}


def _plain(text: str) -> str:
    """Without what is the default anyway."""
    try:
        return str(parse(text))
    except SettingInvalid:
        return text
