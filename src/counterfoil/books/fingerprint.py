"""Whether views say what they said: told by what they are made of, as wording them takes far longer."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from counterfoil.model.view import Ground


def fingerprint(ground: Ground) -> str:
    """A word that is another one when definitions, prefix, SQL, dataset, tables or columns are others."""
    told = hashlib.sha256(definitions())
    told.update(repr((ground.dialect, ground.prefix, ground.dataset, ground.upper_names)).encode())
    for table in ground.tables:
        told.update(f"{table.name}({table.parent_id},{table.parent_index}".encode())
        for column in table.columns:
            told.update(f",{column.name} {column.type.value}".encode())
    return told.hexdigest()


@cache
def definitions() -> bytes:
    """All that views are worded by: the files of this package, and the translator's version."""
    told = hashlib.sha256(version("sqlglot").encode())
    for path, content in _contents(files("counterfoil.books"), ""):
        told.update(f"{path}:{len(content)}:".encode() + content)
    return told.digest()


def _contents(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir() and each.name != "__pycache__":
            yield from _contents(each, f"{path}{each.name}/")
        elif each.name.endswith((".py", ".sql", ".json")):
            yield f"{path}{each.name}", each.read_bytes()
