"""Which addresses a mere editor may aim Counterfoil at."""

import socket

import pytest

from counterfoil.actions.reach import allowed_addresses
from counterfoil.errors import Forbidden, WarehouseFailed
from counterfoil.model.actor import OPERATOR, SERVICE
from counterfoil.model.reach import Reach, reach_of, refuse_address

NEVER = [
    "169.254.169.254",  # the metadata services, and all spellings of them
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "::ffff:169.254.169.254",
    "[::ffff:a9fe:a9fe]",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "169.254.170.2",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "127.0.0.1",  # this machine
    "127.1",
    "2130706433",
    "0x7f.1",
    "017700000001",
    "localhost",
    "anything.localhost",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "0.0.0.0",
    "0",
    "::",
    "169.254.1.1",  # link-local
    "fe80::1%eth0",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "240.0.0.1",
]
PRIVATE = [
    "10.0.0.5",
    "172.16.9.9",
    "192.168.1.10",
    "100.64.0.1",
    "fd12:3456::1",
    "0xa000005",
    "::ffff:10.0.0.5",
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e", "db.example.com"]


def is_allowed(host: str, address: str, reach: Reach) -> bool:
    try:
        refuse_address(host, (address,), reach)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("host", NEVER)
@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.PRIVATE])
def test_an_editor_aims_at_no_metadata_service_and_not_at_this_machine(host: str, reach: Reach) -> None:
    with pytest.raises(Forbidden, match="only an administrator"):
        refuse_address(host, (), reach)


@pytest.mark.parametrize("host", NEVER)
def test_a_name_is_refused_for_any_of_its_answers(host: str) -> None:
    if host.endswith(("localhost", "internal", "internal.")):
        return
    with pytest.raises(Forbidden):
        refuse_address("db.example.com", ("93.184.215.14", host.strip("[]")), Reach.PRIVATE)


@pytest.mark.parametrize("host", PRIVATE)
def test_private_networks_are_for_whom_the_setting_lets_in(host: str) -> None:
    refuse_address(host, (), Reach.PRIVATE)
    with pytest.raises(Forbidden):
        refuse_address(host, (), Reach.PUBLIC)


@pytest.mark.parametrize("host", PUBLIC)
@pytest.mark.parametrize("reach", Reach)
def test_the_internet_is_for_everybody(host: str, reach: Reach) -> None:
    assert is_allowed(host, "93.184.215.14", reach)


@pytest.mark.parametrize("host", NEVER + PRIVATE)
def test_an_administrator_aims_anywhere(host: str) -> None:
    assert reach_of(OPERATOR, Reach.PUBLIC) is Reach.ANYWHERE
    assert reach_of(SERVICE, Reach.PUBLIC) is Reach.PUBLIC
    assert is_allowed(host, host, reach_of(OPERATOR, Reach.PUBLIC))


def test_a_name_that_stands_for_this_machine_is_refused_once_it_is_looked_up() -> None:
    def lookup(host: str, port: int) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

    answers = ["93.184.215.14", "127.0.0.1"]
    with pytest.raises(Forbidden):
        allowed_addresses("rebind.example.com", 5432, Reach.PRIVATE, lookup=lookup)
    answers = ["93.184.215.14", "93.184.215.14", "10.1.2.3"]

    assert allowed_addresses("db.example.com", 5432, Reach.PRIVATE, lookup=lookup) == (
        "93.184.215.14",
        "10.1.2.3",
    )


def test_numbers_are_refused_before_anybody_is_asked_for_them() -> None:
    def never(_host: str, _port: int) -> list[tuple[object, ...]]:
        raise AssertionError("looked up")

    with pytest.raises(Forbidden):
        allowed_addresses("0x7f000001", 80, Reach.PRIVATE, lookup=never)


def test_a_host_that_nobody_knows_is_told_by_name() -> None:
    def unknown(_host: str, _port: int) -> list[tuple[object, ...]]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(WarehouseFailed, match=r"nowhere\.example"):
        allowed_addresses("nowhere.example", 80, Reach.PRIVATE, lookup=unknown)


def test_the_machine_s_own_name_server_says_that_localhost_is_this_machine() -> None:
    assert "127.0.0.1" in allowed_addresses("localhost", 80, Reach.ANYWHERE)


@pytest.mark.parametrize("host", ["/var/run/postgresql", " /tmp", "@postgresql"])
def test_a_socket_of_this_machine_is_beyond_a_mere_editor(host: str) -> None:
    for reach in (Reach.PUBLIC, Reach.PRIVATE):
        with pytest.raises(Forbidden):
            refuse_address(host, (), reach)
    refuse_address(host, (), Reach.ANYWHERE)
