"""Text from outside, made harmless for a terminal."""

from rich.text import Text


def visible(text: str) -> str:
    """One line in which nothing acts: control and bidirectional characters are written out, as in `\\x1b`.

    What is in the books was typed by anybody: a customer's name may hold escape sequences that move the
    cursor, or marks that turn the reading direction round.
    """
    flat = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in flat
    )


def foreign(text: str, style: str = "") -> Text:
    """The same for a rich table; being a Text, its square brackets are no markup."""
    return Text(visible(text), style=style)
