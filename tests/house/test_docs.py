"""The pages for people agree with the code, and their links lead somewhere."""

import ast
import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from counterfoil.cli import make_app
from counterfoil.cli.tree import tree, walk
from counterfoil.declared import SETTINGS
from counterfoil.destinations import KINDS
from counterfoil.errors import CounterfoilError
from counterfoil.model.table import ColumnType
from tests.contract.conftest import PLACES
from tests.house.code import ROOT, files, parsed, read

PAGES = tuple(path for path in files() if path.suffix == ".md")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^ *(?:[\w./]*/)?counterfoil((?: [a-z]+(?:-[a-z]+)*)+)", re.MULTILINE)
BLOCK = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """docs/make.py, which is a script and no module."""
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_are_what_the_code_says(maker: ModuleType) -> None:
    made = maker.pages()
    stale = [str(path) for path, text in made.items() if _written(path) != text]

    assert stale == [], "make them anew: python docs/make.py"


def test_no_page_of_an_entity_outlives_it(maker: ModuleType) -> None:
    folder = ROOT / "docs" / "reference"
    kept = {path.relative_to(folder) for path in (folder / "tables").iterdir()}

    assert kept == {path for path in maker.pages() if path.parent.name == "tables"}


def test_each_error_has_a_code_of_its_own(maker: ModuleType) -> None:
    codes = [kind.code for kind in maker.kinds(CounterfoilError)]

    assert sorted(set(codes)) == sorted(codes)


def test_each_error_is_advised_on_and_no_advice_is_left_over(maker: ModuleType) -> None:
    advice = tomllib.loads((ROOT / "docs" / "advice.toml").read_text(encoding="utf-8"))

    assert set(advice) == {kind.code for kind in maker.kinds(CounterfoilError)}


def test_codes_that_programs_may_rely_on_are_still_there(maker: ModuleType) -> None:
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", read(Path("docs/reference/errors.md")), re.MULTILINE))

    assert documented == {kind.code for kind in maker.kinds(CounterfoilError)}


def test_each_setting_is_on_its_page() -> None:
    page = read(Path("docs/reference/settings.md"))

    assert [setting.name for setting in SETTINGS if f"`{setting.variable}`" not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_warehouse_has_a_page_with_its_options_and_their_defaults(kind: str) -> None:
    page = read(Path(f"docs/destinations/{kind}.md"))

    for option in KINDS[kind].options:
        row = next((line for line in page.splitlines() if line.startswith(f"| `{option.name}` |")), "")
        assert option.help in row
        assert option.default is None or f"`{option.default}`" in row


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_kind_names_its_type_of_every_kind_of_column(kind: str) -> None:
    page, types = read(Path(f"docs/destinations/{kind}.md")), KINDS[kind].capabilities.types

    assert [column for column in ColumnType if f"| {column} | `{types[column]}` |" not in page] == []


def test_the_page_of_warehouses_tells_what_every_place_did_in_every_test_of_the_suite() -> None:
    found = json.loads(read(Path("docs/destinations/contract.json")), parse_float=str)
    suite = {
        f"{path.name}::{node.name}"
        for path in (ROOT / "tests/contract").glob("test_*.py")
        for node in parsed(path.relative_to(ROOT)).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if "place" in {argument.arg for argument in node.args.args}
    }

    assert set(found) == set(PLACES)
    differing = {place: sorted(suite ^ set(told["tests"])) for place, told in found.items()}
    assert {place: tests for place, tests in differing.items() if tests} == {}, "try them: just warehouses"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_to_a_page_of_ours_leads_to_it(page: Path) -> None:
    folder = (ROOT / page).parent
    ours = [link.partition("#") for link in LINK.findall(_without_blocks(page)) if "://" not in link]
    dead = [
        f"{path}#{anchor}"
        for path, _, anchor in ours
        if not (target := folder / path if path else ROOT / page).exists()
        or (anchor and anchor not in _anchors(target))
    ]

    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    known = {context.command_path for _, context in walk(tree(make_app()))}
    shown = [found for block in BLOCK.findall(read(page)) for found in COMMAND.findall(block)]

    assert [words for words in shown if not _is_known(words.split(), known)] == []


def _is_known(words: list[str], known: set[str]) -> bool:
    """Tell whether the words begin with a command; arguments may follow one that takes them."""
    return any(" ".join(["counterfoil", *words[:count]]) in known for count in range(1, len(words) + 1))


def _written(path: Path) -> str:
    page = ROOT / "docs" / "reference" / path
    return page.read_text(encoding="utf-8") if page.exists() else ""


def _without_blocks(page: Path) -> str:
    return BLOCK.sub("", read(page))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
