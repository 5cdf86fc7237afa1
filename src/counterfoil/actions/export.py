"""Configuration as code, the other way: write down what is remembered, so that `apply` makes the same again.

What is exported, applied to an empty home and exported again is the same, byte by byte.
"""

from counterfoil.actions.as_yaml import Things, written
from counterfoil.actions.known import read_known
from counterfoil.store.db import Database

HEAD = """\
# Written by `counterfoil export`; read by `counterfoil apply`.
# Permissions to read companies are not in here: connect each with `counterfoil connect NAME`.
"""


def export(db: Database) -> str:
    """All credentials, destinations, sources and connections as a YAML file, by name.

    No secret is in it. The first lines list every variable that has to be set where the file is applied.
    """
    known = read_known(db)
    whole = written(
        Things(
            credentials=tuple(known.credentials.values()),
            destinations=tuple(known.destinations.values()),
            sources=tuple(known.sources.values()),
            feeds=known.connections,
        )
    )
    needs = "".join(f"#   {name}\n" for name in whole.variables)
    head = HEAD + (f"# It needs these variables in the environment:\n{needs}" if needs else "")
    return head + whole.text
