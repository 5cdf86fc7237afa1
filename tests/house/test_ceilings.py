"""The house's ceilings: what does not fit in view is taken apart."""

import ast

from tests.house.code import Function, classes, functions, modules, parsed, read

MODULE = 300
FUNCTION = 40
METHODS = 15
ARGUMENTS = 6

OURS = modules("src", "tests", "benchmarks", "docs")
SHIPPED = modules("src")


def test_no_module_is_longer_than_300_lines() -> None:
    lines = {path: len(read(path).splitlines()) for path in OURS}

    assert {path: count for path, count in lines.items() if count > MODULE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    lengths = [(path, each.name, _length(each)) for path in OURS for each in functions(path)]

    assert [each for each in lengths if each[2] > FUNCTION] == []


def test_no_class_has_more_than_15_methods() -> None:
    methods = [
        (path, each.name, sum(isinstance(node, Function) for node in each.body))
        for path in OURS
        for each in classes(path)
    ]

    assert [each for each in methods if each[2] > METHODS] == []


def test_no_function_takes_more_than_six_arguments() -> None:
    taken = [
        (path, each.name, _arguments(each))
        for path in OURS
        for each in functions(path)
        if not _is_command(each)
    ]

    assert [each for each in taken if len(each[2]) > ARGUMENTS] == []


def test_every_public_function_and_class_says_what_it_is_for() -> None:
    public = [
        (path, node)
        for path in SHIPPED
        for node in parsed(path).body
        if isinstance(node, Function | ast.ClassDef) and node.name[0] != "_"
    ]

    assert len(public) > 1_000
    assert [(path, node.name) for path, node in public if ast.get_docstring(node) is None] == []


def test_every_module_begins_by_saying_its_duty() -> None:
    assert [path for path in SHIPPED if read(path) and not ast.get_docstring(parsed(path))] == []


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
