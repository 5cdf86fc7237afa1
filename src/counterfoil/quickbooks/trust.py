"""Whom we believe to be Intuit: the machine's certificates, read once in a process.

Reading them takes 40 to 200 ms of CPU, more than all the rest of a sync that finds nothing new.
"""

import ssl
from functools import cache

import httpx2


def trust(url: str) -> ssl.SSLContext:
    """What a client of this address verifies servers with; one for plain HTTP trusts nobody."""
    return _machines() if url.lower().startswith("https:") else _nobody()


@cache
def _machines() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


@cache
def _nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
