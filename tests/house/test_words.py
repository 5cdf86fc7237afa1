"""What may not stand anywhere in the project, and what has to stand in each test."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.code import Function, classes, files, functions, modules, names, parsed, read

ATTICS = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "handler", "base_handler"}
LATER = re.compile(r"\b(?:[T]ODO|[F]IXME)\b")
# Where somebody's machine keeps things: home folders, checkouts, a user's own programs.
PLACES = re.compile(r"(?<![\w.$~{}])/(?:root|home|work|Users|opt|mnt)/[\w.-]+")
REGISTRIES = re.compile(
    r"\b(?:[a-z0-9-]+\.)*(?:pythonhosted\.org|registry\.[a-z0-9.-]+|pypi\.[a-z]+|npmjs\.(?:org|com)|deb\.debian\.org)\b"
)
TEXTS = tuple(path for path in files() if path.suffix not in {".svg", ".png"})
SHIPPED = modules("src")
TESTS = tuple(path for path in modules("tests") if path.name.startswith("test_"))


def test_no_module_is_an_attic() -> None:
    assert [path for path in modules("src", "tests", "benchmarks", "docs") if path.stem in ATTICS] == []


def test_no_folder_is_an_attic() -> None:
    assert [path for path in files() if ATTICS.intersection(path.parts[:-1])] == []


def test_no_class_is_named_for_managing_or_handling() -> None:
    named = [each.name for path in SHIPPED for each in classes(path)]

    assert len(named) > 500
    assert [name for name in named if name.endswith(("Manager", "Handler", "Helper", "Utils"))] == []


@pytest.mark.parametrize("unwanted", [LATER, PLACES, REGISTRIES], ids=["later", "places", "registries"])
def test_nothing_says_what_is_left_for_later_nor_names_a_machine_or_a_registry(
    unwanted: re.Pattern[str],
) -> None:
    assert [(path, unwanted.findall(read(path))) for path in TEXTS if unwanted.search(read(path))] == []


def test_only_settings_look_at_the_environment() -> None:
    lines = {path: _readings(path) for path in SHIPPED if path != Path("src/counterfoil/settings.py")}

    assert len(lines) == len(SHIPPED) - 1
    assert {path: found for path, found in lines.items() if found} == {}


def _readings(path: Path) -> list[int]:
    """The lines of a module that look at the environment."""
    reads = [line for name, line in names(path) if name in ("os.environ", "os.getenv")]
    reads += [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and not _is_set(node, path)
    ]
    return reads


def _is_set(node: ast.Attribute, path: Path) -> bool:
    """Tell whether the environment is only written to: a variable set for a library."""
    written = [
        target.value
        for each in ast.walk(parsed(path))
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Subscript)
    ]
    return node in written


def test_every_test_asserts_something() -> None:
    assert len(TESTS) > 200
    assert {path: found for path in TESTS if (found := _assertless(path))} == {}


def _assertless(path: Path) -> list[str]:
    asserting = {each.name for each in functions(path) if _asserts(each, set())}
    tests = [each for each in functions(path) if each.name.startswith("test_")]
    return [each.name for each in tests if not _asserts(each, asserting)]


def _asserts(function: Function, asserting: set[str]) -> bool:
    """Tell whether it asserts, expects an error, or calls a function of its file that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in ("raises", "expect") or name in asserting:  # Playwright's `expect`
                return True
    return False
