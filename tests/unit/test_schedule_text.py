"""Schedules as people write them: what is understood, what is refused and why, what they cost."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import SettingInvalid
from counterfoil.model.cost import calls_a_month, runs_a_month
from counterfoil.model.schedule import FREQUENCIES, MANUAL, Basic, Schedule
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "cost.md"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("every 15 minutes from 06:00 Europe/Berlin", "every 15 minutes from 06:00 Europe/Berlin"),
        ("15m", "every 15 minutes from 00:00 UTC"),
        ("15 min", "every 15 minutes from 00:00 UTC"),
        ("Every 60 Minutes", "every 1 hour from 00:00 UTC"),
        ("hourly", "every 1 hour from 00:00 UTC"),
        ("every hour", "every 1 hour from 00:00 UTC"),
        ("1 hour starting at 6:05", "every 1 hour from 06:05 UTC"),
        ("daily at 06:00 europe/berlin", "every 24 hours from 06:00 Europe/Berlin"),
        ("  every   day\tutc ", "every 24 hours from 00:00 UTC"),
        ("cron 0 6 * * mon-fri america/new_york", "cron 0 6 * * MON-FRI America/New_York"),
        ("CRON */5 * * * *", "cron */5 * * * * UTC"),
        ("Manual", "manual"),
        ("", "manual"),
    ],
)
def test_what_people_write_is_kept_as_one_text(written: str, kept: str) -> None:
    assert str(parse(written)) == kept
    assert str(parse(kept)) == kept


@given(st.sampled_from(FREQUENCIES), st.integers(0, 1439), st.sampled_from(["UTC", "Asia/Kathmandu"]))
def test_every_basic_schedule_is_read_back_from_its_text(every: timedelta, minutes: int, zone: str) -> None:
    schedule = Basic(every, time(*divmod(minutes, 60)), zone)

    assert parse(str(schedule)) == schedule


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (
            "7 minutes",
            "7 minutes are no frequency; choose 5, 10, 15 or 30 minutes, or 1, 3, 6, 12 or 24 hours",
        ),
        ("every minute", "1 minute is no frequency"),
        ("0m", "0 minutes are no frequency"),
        ("99999 days", "are no frequency"),
        ("sometimes", "'sometimes' is no schedule; write for example: every 15 minutes"),
        ("15m from 25:00", "25:00 is no time of day"),
        ("15m Europe/Berln", "did you mean Europe/Berlin?"),
        ("15m ../../etc/passwd", "There is no time zone"),
        ("15m America", "There is no time zone"),
        ("cron 0 6 * *", "five fields (minute, hour, day, month, weekday), not 4"),
        ("cron 0 0 6 * * * UTC", "not 7"),
        ("cron 61 * * * *", "Bad minute"),
        ("cron 0 0 31 2 *", "is no cron expression"),
        ("cron 0 6 * * 1 Mars/Olympus", "There is no time zone 'Mars/Olympus'"),
        ("x" * 10_000, "at most 200 characters"),
        ("cron " + "1," * 5_000 + " * * * *", "at most 200 characters"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(SettingInvalid, match=re.escape(reason)):
        parse(written)


@pytest.mark.parametrize(
    ("expression", "twice"),
    [
        ("* * * * *", ("00:01", "00:02")),
        ("*/4 * * * *", ("00:04", "00:08")),
        ("0,2 0 29 2 *", ("00:00", "00:02")),
        ("2,58 3,4 * * *", ("03:58", "04:02")),
        ("2,58 0,23 1,3,5,6 * *", ("23:58", "00:02")),
    ],
)
def test_cron_that_would_run_more_often_than_every_5_minutes_is_refused_with_two_of_its_runs(
    expression: str, twice: tuple[str, str]
) -> None:
    with pytest.raises(SettingInvalid) as caught:
        parse(f"cron {expression}")

    assert f"runs at {twice[0]} and again at {twice[1]}; 5 minutes have to lie between" in caught.value.what


@given(st.text(max_size=60))
def test_no_text_does_anything_but_be_read_or_refused(text: str) -> None:
    try:
        schedule: Schedule = parse(text)
    except SettingInvalid as error:
        assert error.what  # noqa: PT017 - either is right
    else:
        assert parse(str(schedule)) == schedule


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1h", "Every hour, counted from 00:00 UTC"),
        ("15m from 06:00 Europe/Berlin", "Every 15 minutes, counted from 06:00 Europe/Berlin"),
        ("daily at 06:00 Europe/Berlin", "Every day at 06:00 Europe/Berlin"),
        ("cron 0 6 * * 1-5 Europe/Berlin", "At 06:00 on Monday through Friday, Europe/Berlin"),
        ("manual", "Only when asked"),
    ],
)
def test_a_schedule_is_told_in_words(written: str, told: str) -> None:
    assert in_words(parse(written)) == told


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        ("15m", 2880),
        ("cron */15 * * * *", 2880),
        ("cron 0 6 * * 1-5", 21),
        ("cron 0 6 1 1 *", 0),
        ("manual", 0),
    ],
)
def test_the_runs_of_a_month_are_counted_before_anybody_chooses(written: str, runs: int) -> None:
    assert runs_a_month(parse(written), datetime(2026, 11, 1, tzinfo=UTC)) == runs


@pytest.mark.parametrize(
    ("written", "clocks"),
    [("15m", Clocks()), ("1h", Clocks()), ("1h", Clocks(refresh=timedelta(hours=24)))],
)
def test_the_cost_of_a_schedule_is_what_the_guide_works_out_by_hand(written: str, clocks: Clocks) -> None:
    cost = calls_a_month(parse(written), catalog().values(), clocks, NOW)

    assert f"{cost:,}" in GUIDE.read_text(encoding="utf-8")


def test_clocks_cannot_tick_oftener_than_runs_come() -> None:
    weekly = parse("cron 0 6 * * 1")

    assert calls_a_month(weekly, [catalog()["TaxRate"]], Clocks(), NOW) == runs_a_month(weekly, NOW) > 0
    assert calls_a_month(MANUAL, catalog().values(), Clocks(), NOW) == 0
