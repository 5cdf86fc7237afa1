"""docs/reference/cli.md, made from the commands themselves: `python -m counterfoil.cli.reference`."""

from typing import Any

from counterfoil.cli import make_app
from counterfoil.cli.command import SHARED_FLAGS
from counterfoil.cli.tree import tree, walk

HEAD = """\
# The command line

<!-- Made by `python -m counterfoil.cli.reference > docs/reference/cli.md`; a test compares the two. -->

`counterfoil COMMAND --help` shows the same in the terminal. How commands end is on the page
[exit codes](exit-codes.md).

Every command takes these options too:

"""


def page() -> str:
    """The whole page."""
    commands = [(command, context) for command, context in walk(tree(make_app())) if _acts(command)]
    shared = [option for option in commands[0][0].params if _is_shared(option)]
    return HEAD + _options(shared) + "".join(_section(command, context) for command, context in commands)


def _acts(command: Any) -> bool:
    return not hasattr(command, "commands")


def _section(command: Any, context: Any) -> str:
    own = [param for param in command.params if not _is_shared(param)]
    arguments = [param for param in own if param.param_type_name == "argument"]
    options = [param for param in own if param.param_type_name == "option"]
    names = " ".join(param.metavar for param in arguments)
    parts = [
        f"\n## {context.command_path}",
        command.help,
        f"```\n{context.command_path} {names}".rstrip() + "\n```",
    ]
    if arguments:
        parts.append("\n".join(f"* `{param.metavar}`: {param.help}" for param in arguments))
    if options:
        parts.append(_options(options).rstrip())
    return "\n\n".join(parts) + "\n"


def _options(options: list[Any]) -> str:
    rows = [f"| `{_written(option)}` | {option.help} | {_default(option)} |\n" for option in options]
    return "| Option | Meaning | Default |\n|---|---|---|\n" + "".join(rows)


def _written(option: Any) -> str:
    value = option.metavar if option.metavar is not None else option.name.upper()
    return f"{option.opts[0]} {value}".rstrip()


def _default(option: Any) -> str:
    return "" if option.default is None or option.default is False else f"`{option.default}`"


def _is_shared(param: Any) -> bool:
    return param.opts[0] in SHARED_FLAGS


if __name__ == "__main__":
    print(page(), end="")
