"""The house's ceilings: what does not fit in view is taken apart."""

import ast
from pathlib import Path

import pytest

from tests.house.code import Function, classes, functions, modules, parsed, read

MODULE = 300
FUNCTION = 40
METHODS = 15
ARGUMENTS = 6

OURS = modules("src", "tests", "benchmarks", "docs")
SHIPPED = modules("src")


@pytest.mark.parametrize("path", OURS, ids=str)
def test_no_module_is_longer_than_300_lines(path: Path) -> None:
    assert len(read(path).splitlines()) <= MODULE


@pytest.mark.parametrize("path", OURS, ids=str)
def test_no_function_is_longer_than_40_lines(path: Path) -> None:
    assert {each.name: _length(each) for each in functions(path) if _length(each) > FUNCTION} == {}


@pytest.mark.parametrize("path", OURS, ids=str)
def test_no_class_has_more_than_15_methods(path: Path) -> None:
    methods = {each.name: sum(isinstance(node, Function) for node in each.body) for each in classes(path)}

    assert {name: count for name, count in methods.items() if count > METHODS} == {}


@pytest.mark.parametrize("path", OURS, ids=str)
def test_no_function_takes_more_than_six_arguments(path: Path) -> None:
    taken = {each.name: _arguments(each) for each in functions(path) if not _is_command(each)}

    assert {name: listed for name, listed in taken.items() if len(listed) > ARGUMENTS} == {}


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_every_public_function_and_class_says_what_it_is_for(path: Path) -> None:
    public = [node for node in parsed(path).body if isinstance(node, Function | ast.ClassDef)]
    silent = [node.name for node in public if node.name[0] != "_" and ast.get_docstring(node) is None]

    assert silent == []


@pytest.mark.parametrize("path", [path for path in SHIPPED if read(path)], ids=str)
def test_every_module_begins_by_saying_its_duty(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


def _length(function: Function) -> int:
    """Lines of the function; its docstring is not counted."""
    length = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return length
    told = function.body[0]
    return length - ((told.end_lineno or 0) - told.lineno + 1)


def _arguments(function: Function) -> list[str]:
    takes = function.args
    listed = [each.arg for each in (*takes.posonlyargs, *takes.args, *takes.kwonlyargs)]
    return [name for name in listed if name not in ("self", "cls")]


def _is_command(function: Function) -> bool:
    """Tell whether it is a command: each option that users may give is an argument of its function."""
    return any(
        isinstance(each.annotation, ast.Name) and each.annotation.id == "Door" for each in function.args.args
    )
