"""A process of its own that wants to read: it shares one file of tokens with others like it.

Usage: python -m tests.quickbooks.reader <address of the wire> <folder> <seconds since NOW> [how it ends]
"""

import signal
import sys
from datetime import timedelta
from pathlib import Path

from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.oauth import OAuthApp
from tests.quickbooks.safes import NOW, file_safe


def main(url: str, folder: str, seconds: str, *how: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # one begun in the background would ignore it
    app = OAuthApp(client_id="app-id", client_secret="app-secret", token_url=f"{url}/token")
    now = NOW + timedelta(seconds=int(seconds))
    access = Access(app, file_safe(Path(folder), *how), now=lambda: now)
    print(access.bearer())


if __name__ == "__main__":
    main(*sys.argv[1:])
