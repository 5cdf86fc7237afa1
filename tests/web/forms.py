"""Forms as a browser reads them: the fields that it would send, and the code that a page shows."""

from html.parser import HTMLParser

Fields = dict[str, list[str]]


class _Reader(HTMLParser):
    """Collects the fields of one form, and the texts of all `pre`."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.inside, self.select, self.block = form, False, "", ""
        self.fields: Fields = {}
        self.blocks: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form
        elif tag == "pre" and "id" in given:
            self.block = given["id"]
            self.blocks[self.block] = ""
        elif self.inside and tag == "select":
            self.select = given["name"]
        elif self.inside and tag == "option" and self.select and "selected" in given:
            self.fields[self.select] = [given["value"]]
        elif tag == "input" and self._is_ours(given) and _is_sent(given):
            self.fields.setdefault(given["name"], []).append(given.get("value", ""))

    def _is_ours(self, given: dict[str, str]) -> bool:
        return "name" in given and given.get("form", self.form if self.inside else "") == self.form != ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "pre":
            self.block = ""

    def handle_data(self, data: str) -> None:
        if self.block:
            self.blocks[self.block] += data


def _is_sent(given: dict[str, str]) -> bool:
    return given.get("type") not in ("radio", "checkbox") or "checked" in given


def filled(page: str, form: str) -> Fields:
    """What a browser would send of the form with this id, as it stands."""
    reader = _Reader(form)
    reader.feed(page)
    return reader.fields


def code(page: str, key: str) -> str:
    """The text of a block that can be copied."""
    reader = _Reader("")
    reader.feed(page)
    return reader.blocks[key]
