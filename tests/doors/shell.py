"""What a shell makes of commands that are to be pasted into it."""

import subprocess
from pathlib import Path

TELLING = 'counterfoil() { for word in "$@"; do printf "%s\\0" "$word"; done; printf "\\1\\0"; }\n'
"""In place of ours: every word as it arrives, and a mark after the last."""


def words_of(script: str, folder: Path) -> list[list[str]]:
    """The arguments of each `counterfoil` in a script, as a POSIX shell gives them; nothing else may come of it."""
    before = set(folder.iterdir())
    told = subprocess.run(
        ["/bin/sh", "-c", TELLING + script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert (told.stderr, set(folder.iterdir())) == ("", before)
    commands = [command.split("\0")[:-1] for command in told.stdout.split("\1\0")]
    assert commands.pop() == []
    return commands
