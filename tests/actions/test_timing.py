"""When a source is synced next by itself, however it was changed, and what a schedule costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions import sources
from counterfoil.actions.source_changes import Changes
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.timing import why_slowed
from counterfoil.model.budget import Budget, slow_down
from counterfoil.model.calls import Calls
from counterfoil.model.schedule_text import parse
from counterfoil.store import calls
from tests.actions.conftest import BOOKS, NOW, trail


@pytest.mark.usefixtures("books")
def test_what_a_schedule_will_cost_is_told_before_it_is_saved(around: Surroundings) -> None:
    means = sources.what_would_change(around, "books", Changes(schedule=parse("daily at 06:00"), name="b2"))

    assert "It is called b2 from now on." in means.told
    assert means.told[-1].startswith("It is synced: Every day at 06:00 UTC.")
    assert "about 30 metered calls a month for a small company, instead of 720." in means.told[-1]
    assert not means.reads_in_full
    assert [view.source.name for view in sources.every(around.db)] == ["books"]


@pytest.mark.usefixtures("books")
def test_a_paused_source_has_no_next_run_until_it_is_resumed(around: Surroundings) -> None:
    paused = sources.pause(around, "books")
    later = replace(around, now=lambda: NOW + timedelta(days=2))
    resumed = sources.resume(later, "books")

    assert (paused.source.paused, paused.next_run_at) == (True, None)
    assert resumed.next_run_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert [deed for deed, noun, _ in trail(around.db) if noun == "source"] == [
        "created",
        "paused",
        "resumed",
    ]


@pytest.mark.usefixtures("books")
def test_another_schedule_plans_another_run_and_other_changes_leave_it(around: Surroundings) -> None:
    later = replace(around, now=lambda: NOW + timedelta(days=2))

    renamed = sources.change(later, "books", Changes(name="renamed"))
    daily = sources.change(later, "renamed", Changes(schedule=parse("daily at 06:00 Europe/Berlin")))

    assert renamed.next_run_at == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert daily.next_run_at == datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


def test_a_budget_that_runs_out_slows_the_schedule_and_says_why(around: Surroundings) -> None:
    spent = Calls(realm_id="1", day=NOW.date(), metered=900, calls=900)
    calls.add(around.db, spent)
    poor = replace(around, monthly_calls=1000)

    view = sources.create(poor, BOOKS)

    budget = Budget(at=NOW, allowance=1000, days={spent.day: spent.metered})
    assert view.next_run_at == view.source.next_run(NOW, stretch=slow_down(budget))
    assert view.next_run_at != view.source.next_run(NOW)
    assert why_slowed(view.source, budget) == (
        "slowed to about every 172 minutes, because 90 % of this month's metered calls are used"
    )
    assert why_slowed(replace(view.source, paused=True), budget) == ""
    assert why_slowed(view.source, replace(budget, allowance=10_000)) == ""
