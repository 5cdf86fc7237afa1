"""Whom a client believes to be Intuit."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from counterfoil.quickbooks.trust import trust


def test_all_clients_share_what_was_read_of_the_machines_certificates() -> None:
    assert trust("https://quickbooks.api.intuit.com") is trust("HTTPS://oauth.platform.intuit.com")
    assert trust("https://quickbooks.api.intuit.com").verify_mode is ssl.CERT_REQUIRED
    assert trust("https://quickbooks.api.intuit.com").check_hostname


def test_a_client_of_plain_http_reads_no_certificates() -> None:
    alone = trust("http://127.0.0.1:8080")

    assert alone.cert_store_stats()["x509_ca"] == 0
    assert alone.verify_mode is ssl.CERT_REQUIRED


def test_a_server_that_nobody_vouches_for_is_not_asked(impostor: tuple[str, list[bytes]]) -> None:
    url, heard = impostor

    with (
        httpx2.Client(verify=trust(url), trust_env=False) as http,
        pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        http.get(url, headers={"Authorization": "Bearer secret"})

    assert heard == []


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[tuple[str, list[bytes]]]:
    """A TLS server with a certificate of its own making, and what it heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, context, heard))
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/", heard
        thread.join(60)


def _answer_once(listener: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    plain, _ = listener.accept()
    plain.settimeout(30)
    try:
        with context.wrap_socket(plain, server_side=True) as speaking:
            heard.append(speaking.recv(4096))
            speaking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    except OSError:
        plain.close()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "impostor.pem"
    file.write_bytes(
        key.private_bytes(pem, form, serialization.NoEncryption()) + certificate.public_bytes(pem)
    )
    return file
