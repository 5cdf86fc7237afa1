"""When a permission ends, and how much of a warning that takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions.credentials import warning
from counterfoil.model.credential import Credential, CredentialState, Environment, Tokens
from counterfoil.model.ending import Limit, Urgency, ends

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ACME = Credential(
    id="cred_acme",
    name="acme books",
    realm_id="9341",
    environment=Environment.PRODUCTION,
    created_at=NOW,
    company_name="Acme & Söhne",
    state=CredentialState.CONNECTED,
)


def granted(*, ago: timedelta = timedelta(0), rolling: int = 101, hard: int | None = None) -> Tokens:
    """Tokens as Intuit gave them some time ago; limits in days from then."""
    then = NOW - ago
    return Tokens(
        access_token="access",
        refresh_token="refresh",
        access_expires_at=then + timedelta(hours=1),
        refresh_expires_at=then + rolling * DAY,
        hard_expires_at=None if hard is None else then + hard * DAY,
    )


@pytest.mark.parametrize(
    ("tokens", "days", "limit"),
    [
        (granted(), 101, Limit.UNUSED),
        (granted(hard=1826), 101, Limit.UNUSED),
        (granted(ago=80 * DAY), 21, Limit.UNUSED),
        (granted(ago=80 * DAY, hard=1826), 21, Limit.UNUSED),
        (granted(hard=40), 40, Limit.CONSENT),
        (granted(rolling=40, hard=40), 40, Limit.CONSENT),
        (granted(hard=95), 95, Limit.CONSENT),
        (granted(rolling=40), 40, Limit.CONSENT),
        (granted(ago=200 * DAY), 0, Limit.UNUSED),
    ],
    ids=[
        "fresh",
        "told",
        "idle",
        "idle and told",
        "capped",
        "both",
        "hardly sooner",
        "no longer grows",
        "over",
    ],
)
def test_the_nearer_limit_counts(tokens: Tokens, days: int, limit: Limit) -> None:
    end = ends(tokens, NOW)

    assert end is not None
    assert (end.days, end.limit) == (days, limit)


@pytest.mark.parametrize(
    ("left", "urgency", "days"),
    [
        (30 * DAY + timedelta(seconds=1), Urgency.NONE, 30),
        (30 * DAY, Urgency.NOTICE, 30),
        (7 * DAY + timedelta(seconds=1), Urgency.NOTICE, 7),
        (7 * DAY, Urgency.URGENT, 7),
        (timedelta(0), Urgency.URGENT, 0),
        (-DAY, Urgency.URGENT, 0),
    ],
)
def test_it_is_warned_of_30_and_7_days_ahead(left: timedelta, urgency: Urgency, days: int) -> None:
    end = ends(replace(granted(), hard_expires_at=NOW + left), NOW)

    assert end is not None
    assert (end.urgency, end.days) == (urgency, days)


def test_what_was_never_connected_has_no_end() -> None:
    assert ends(None, NOW) is None
    assert warning(ACME, None) is None


def test_nobody_is_warned_of_an_end_that_is_far_away() -> None:
    assert warning(ACME, ends(granted(), NOW)) is None


@pytest.mark.parametrize(
    ("left", "when"),
    [
        (20 * DAY, "in 20 days"),
        (1.5 * DAY, "tomorrow"),
        (DAY / 2, "today"),
        (-2 * DAY, "ended on 2026-11-20"),
    ],
)
def test_a_warning_names_the_company_the_day_and_the_command(left: timedelta, when: str) -> None:
    warned = warning(ACME, ends(replace(granted(), hard_expires_at=NOW + left), NOW))

    assert warned is not None
    assert "Acme & Söhne" in warned.what
    assert when in warned.what
    assert f"{NOW + left:%Y-%m-%d}" in warned.what
    assert "counterfoil connect 'acme books'" in warned.do


def test_a_company_that_was_not_read_for_long_needs_a_sync_only() -> None:
    warned = warning(ACME, ends(granted(ago=95 * DAY), NOW))

    assert warned is not None
    assert "sync" in warned.do
    assert "connect" not in warned.do


def test_a_permission_that_ended_unused_needs_a_new_consent() -> None:
    warned = warning(ACME, ends(granted(ago=105 * DAY), NOW))

    assert warned is not None
    assert "counterfoil connect" in warned.do
