"""The reference pages that are made from the code. Run: python docs/make.py

The command line has a page of its own maker: python -m counterfoil.cli.reference.
"""

import json
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from counterfoil import api
from counterfoil.api.documents import document
from counterfoil.api.page import role_of
from counterfoil.declared import SETTINGS, Setting
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import CounterfoilError, Defect, NeedsPerson, Transient
from counterfoil.model.origin import MEANINGS, origin
from counterfoil.model.stream import Stream
from counterfoil.model.table import SYSTEM_COLUMNS, Column, Table, all_columns
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.report_catalog import reports
from counterfoil.settings import FILE

DOCS = Path(__file__).parent
REFERENCE = DOCS / "reference"
NOTE = "<!-- Made by `python docs/make.py`; a test compares the two. -->\n\n"
READING = {
    "keyset": "a query, page by page by the time of creation",
    "offset": "a query, page by page by position",
    "once": "a query, in one answer",
    "single": "its own address; there is one record",
    "changes": "change data capture alone, since QuickBooks offers no query: only what changed in the last 29 days",
}
CAPTURED = {"yes": "yes", "no": "no", "unproven": "nobody has shown it yet"}


def pages() -> dict[Path, str]:
    """Every page by its path in docs/reference."""
    made = {
        Path("settings.md"): settings_page(),
        Path("errors.md"): errors_page(),
        Path("tables.md"): index_page(),
        Path("reports.md"): reports_page(),
        Path("api.md"): api_page(),
        Path("warehouses.md"): warehouses_page(),
    }
    return made | {_path(stream): entity_page(stream) for stream in catalog().values()}


def settings_page() -> str:
    """Every setting: its variable, its default, what it is for."""
    rows = "".join(_setting(setting) for setting in SETTINGS)
    return (
        f"# Settings\n\n{NOTE}"
        f"Set them in the environment, or in `{FILE}` in Counterfoil's home folder, there in lower case and without\n"
        '`COUNTERFOIL_`: `log_level = "DEBUG"`. The environment wins over the file. `HOME` below stands for the home\n'
        "folder, which can only be set in the environment or with `--home`.\n\n"
        "A secret may also stand in a file of its own: add `_FILE` to the name and give the path.\n\n"
        f"| Variable | What it is for | Default | May be a file |\n|---|---|---|---|\n{rows}"
    )


def warehouses_page() -> str:
    """Every kind of warehouse, and what the suite that all share saw each of them do."""
    found = json.loads((DOCS / "destinations/contract.json").read_text(encoding="utf-8"))
    kinds = "".join(_kind(kind) for kind in KINDS.values())
    tried = "".join(f"| {place} | {told['tried on']} |\n" for place, told in found.items())
    tests = sorted({test for told in found.values() for test in told["tests"]})
    sections = (
        f"\n### {module.removeprefix('test_').removesuffix('.py').capitalize()}\n\n"
        f"| | {' | '.join(found)} |\n|---|{'---|' * len(found)}\n"
        + "".join(_behaviour(test, found) for test in own)
        for module, own in groupby(tests, lambda test: test.partition("::")[0])
    )
    return (
        f"# Warehouses\n\n{NOTE}"
        "| Kind | Package | A sync becomes visible | Usual dataset | Longest name |\n|---|---|---|---|---|\n"
        f"{kinds}\n[How fast each is](speed.md), beside dlt where both run here.\n\n## What each was seen to do\n\n"
        "One suite of tests (`tests/contract`) runs against every kind. What it ran on here:\n\n"
        f"| Place | Tried on |\n|---|---|\n{tried}\n"
        "✓ works, with how many values where there were several; – cannot be tried there, for a reason below;\n"
        "✗ fails; an empty cell was not tried.\n" + "".join(sections) + _reasons(found)
    )


def _kind(kind: Kind) -> str:
    package = f"`counterfoil[{kind.driver[1]}]`" if kind.driver[1] else "`counterfoil`"
    seen = "all tables at once" if kind.capabilities.all_tables_at_once else "table by table"
    return (
        f"| [{kind.title}](../destinations/{kind.name}.md) | {package} | {seen} | "
        f"`{kind.capabilities.default_dataset}` | {kind.capabilities.longest_name} |\n"
    )


def _behaviour(test: str, found: dict[str, Any]) -> str:
    words = test.partition("::test_")[2].replace("_", " ")
    return f"| {words} | {' | '.join(_cell(told['tests'].get(test)) for told in found.values())} |\n"


def _cell(told: dict[str, Any] | None) -> str:
    if told is None:
        return ""
    if "failed" in told:
        return "✗"
    passed = told.get("passed", 0)
    if "told" in told:
        return f"✓ {told['told']}"
    return "–" if not passed else "✓" if passed == 1 else f"✓ {passed}"


def _reasons(found: dict[str, Any]) -> str:
    """Why something could not be tried somewhere, each reason once."""
    lines = sorted(
        {
            f"* {place}: {told['lacking']}\n"
            for place, place_told in found.items()
            for told in place_told["tests"].values()
            if "lacking" in told
        }
    )
    return f"\n## What could not be tried\n\n{''.join(lines)}" if lines else ""


def _setting(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else "none"
    file = f"`{setting.variable}_FILE`" if setting.secret else ""
    return f"| `{setting.variable}` | {setting.help} | {default} | {file} |\n"


def api_page() -> str:
    """Every operation of the API, by noun: its role and what it is for."""
    app = FastAPI()
    for router in api.routers():
        app.include_router(router)
    nouns: dict[str, str] = {}
    for path, operations in document(app)["paths"].items():
        for method, operation in operations.items():
            noun = operation["tags"][0]
            nouns[noun] = nouns.get(noun, "") + _operation(method, path, operation)
    sections = (
        f"\n## {noun}\n\n| Operation | | Role | What it does |\n|---|---|---|---|\n{rows}"
        for noun, rows in nouns.items()
    )
    return (
        f"# The API\n\n{NOTE}"
        "[A guide](../guides/api.md) tells how to use it. A running service shows bodies and answers at `/api/docs`.\n"
        + "".join(sections)
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    what = " ".join(operation["description"].split())
    return f"| `{method.upper()} {path}` | `{operation['operationId']}` | {role_of(operation)} | {what} |\n"


def errors_page() -> str:
    """Every error: its code, what happened, what to do. The advice stands in advice.toml."""
    advice: dict[str, str] = tomllib.loads((DOCS / "advice.toml").read_text(encoding="utf-8"))
    page = (
        f"# Errors\n\n{NOTE}"
        "Each error has a code that never changes its meaning, and says what happened and what to do. The kind of\n"
        "error says who can end it; [exit codes](exit-codes.md) follow from that.\n"
    )
    for title, kind in (
        ("Someone has to act", NeedsPerson),
        ("Time can end it", Transient),
        ("Ours to mend", Defect),
        ("Any other", CounterfoilError),
    ):
        whole = [kind] if kind is CounterfoilError else list(kinds(kind))
        rows = "".join(f"| `{one.code}` | {_first_line(one)} | {advice[one.code]} |\n" for one in whole)
        page += f"\n## {title}\n\n| Code | What happened | What to do |\n|---|---|---|\n{rows}"
    return page


def kinds(kind: type[CounterfoilError]) -> Iterator[type[CounterfoilError]]:
    """An error and all narrower ones."""
    yield kind
    for narrower in kind.__subclasses__():
        yield from kinds(narrower)


def _first_line(kind: type[CounterfoilError]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def index_page() -> str:
    """Every entity with its tables, and the columns that all tables share."""
    rows = "".join(_entity(stream) for stream in catalog().values())
    return (
        f"# Tables\n\n{NOTE}"
        "Every table below exists after the first sync of its stream, empty or not, with every column. A source's\n"
        "prefix stands in front of each name. [A guide](../guides/read-the-tables.md) tells how to read them.\n\n"
        "| QuickBooks | Table | Further tables |\n|---|---|---|\n"
        f"{rows}\n"
        "## Columns of every table\n\n"
        "| Column | Type | Meaning |\n|---|---|---|\n" + "".join(_system(column) for column in SYSTEM_COLUMNS)
    )


def _entity(stream: Stream) -> str:
    children = ", ".join(f"`{table.name}`" for table in list(stream.table.family())[1:])
    return f"| [{stream.name}]({_path(stream)}) | `{stream.table.name}` | {children} |\n"


def reports_page() -> str:
    """Every report with its traits and tables, then the columns of each shape of table once."""
    shapes: dict[str, list[Table]] = {}
    for stream in reports().values():
        for table in stream.table.family():
            own = all_columns(table)[: -len(SYSTEM_COLUMNS)]
            columns = "".join(f"| `{column.name}` | {column.type} |\n" for column in own)
            shapes.setdefault(columns, []).append(table)
    rows = "".join(_report(stream) for stream in reports().values())
    sections = "".join(_shape(columns, tables) for columns, tables in shapes.items())
    return (
        f"# Reports\n\n{NOTE}"
        "Each has three tables: the flat one that is named here, its cells (`…_cell`) and its windows (`…_window`).\n"
        "[A guide](../guides/reports.md) tells how to choose and read them. The\n"
        "[columns of every table](tables.md#columns-of-every-table) stand at the end of each.\n\n"
        "| Report | Flat table | Tells | Methods | Where |\n|---|---|---|---|---|\n" + rows + sections
    )


def _report(stream: Stream) -> str:
    traits = stream.report
    assert traits is not None
    told = {"period": "periods", "day": "as of a day", "now": "what is now"}[traits.covers]
    methods = "accrual, cash" if traits.basis else "one"
    flat = stream.table.children[0].name
    return f"| {stream.name} | `{flat}` | {told} | {methods} | {traits.where or 'everywhere'} |\n"


def _shape(columns: str, tables: Sequence[Table]) -> str:
    names = ", ".join(f"`{table.name}`" for table in tables[1:])
    alike = f"Alike: {names}.\n\n" if names else ""
    return f"\n## {tables[0].name}\n\n{alike}| Column | Type |\n|---|---|\n{columns}"


def _path(stream: Stream) -> Path:
    return Path("tables") / f"{stream.table.name}.md"


def _system(column: Column) -> str:
    return f"| `{column.name}` | {column.type} | {MEANINGS[column.name]} |\n"


def entity_page(stream: Stream) -> str:
    """One entity: its traits, then each of its tables."""
    facts = [
        f"* Kind: {stream.family}.",
        f"* A full read uses {READING[stream.reading]}.",
        f"* In change data capture: {CAPTURED[stream.in_cdc]}.",
    ]
    if stream.has_inactive:
        facts.append("* Inactive records are read too; `active` tells them apart.")
    if stream.id_path != (("Id",),):
        named = " and ".join(f"`{'.'.join(path)}`" for path in stream.id_path)
        facts.append(f"* QuickBooks gives no id: `id` is made from {named}, joined with `|`.")
    sections = "".join(_table(table, stream) for table in stream.table.family())
    head = f"# {stream.name}\n\n{NOTE}[All tables](../tables.md)\n\n"
    return head + "\n".join(facts) + "\n" + sections


def _table(table: Table, stream: Stream) -> str:
    key = ", ".join(f"`{name}`" for name in ("_realm_id", *table.key))
    what = (
        f"One row for each item of `{'.'.join(table.path)}`; columns name fields of the item."
        if table.is_child
        else f"One row for each {stream.name}."
    )
    own = all_columns(table)[: -len(SYSTEM_COLUMNS)]
    rows = "".join(f"| `{column.name}` | {column.type} | {_field(column, table)} |\n" for column in own)
    return f"\n## {table.name}\n\n{what} Key: {key}.\n\n| Column | Type | QuickBooks field |\n|---|---|---|\n{rows}"


def _field(column: Column, table: Table) -> str:
    found = origin(column, table)
    if not found.field:
        return found.words
    where = f" where `{found.where}` is {' or '.join(found.values)}" if found.where else ""
    return f"`{found.field}`{where}"


def main() -> None:
    """Write all pages; those of entities that are no more go."""
    shutil.rmtree(REFERENCE / "tables", ignore_errors=True)
    (REFERENCE / "tables").mkdir(parents=True)
    for path, text in pages().items():
        (REFERENCE / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
