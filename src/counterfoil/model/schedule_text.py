"""Schedules as people write them, and as they are told in words."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice, pairwise, takewhile

from cronsim import CronSim, CronSimError

from counterfoil.errors import SettingInvalid
from counterfoil.model.schedule import (
    DAY,
    FREQUENCIES,
    HOUR,
    MANUAL,
    MINUTE,
    SHORTEST,
    Basic,
    Cron,
    Manual,
    Schedule,
    in_units,
)
from counterfoil.model.zones import zone_named, zone_names

EXAMPLES = "every 15 minutes, every 24 hours from 06:00 Europe/Berlin, cron 0 6 * * 1-5 Europe/Berlin, manual"
LONGEST = 200
"""Characters; the longest zone and a long cron expression take half of it."""

UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}
WORDS = {"hourly": "every 1 hour", "daily": "every 1 day"}
WRITTEN = re.compile(
    r"(?:every )?(?P<count>[0-9]{1,5})? ?(?P<unit>m|mins?|minutes?|h|hrs?|hours?|d|days?)"
    r"(?: (?:from|at|starting at) (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}))?(?: (?P<zone>[^ ]+))?",
    re.IGNORECASE,
)
CHECKED = 600
"""Runs of a cron expression that are looked at: every minute and hour that it names comes up, over midnight too."""
BEGINNING = datetime(2023, 12, 31, tzinfo=UTC)
ENOUGH = BEGINNING + 366 * DAY
"""The leap year that runs are looked at in, so that 29 February comes up as well."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Schedule:
    """Read a schedule: `every 15 minutes from 06:00 Europe/Berlin`, `15m`, `hourly`, `cron 0 6 * * 1-5`, `manual`.

    Without a time it starts at midnight, without a zone it goes by UTC. "" is manual. Raises SettingInvalid.
    """
    words = " ".join(text[: LONGEST + 1].split())
    if len(words) > LONGEST:
        raise _fault(f"a schedule has at most {LONGEST} characters")
    if words.casefold() in ("", "manual"):
        return MANUAL
    if words.casefold().startswith("cron "):
        return _cron(words[len("cron ") :])
    first, _, rest = words.partition(" ")
    return _basic(f"{WORDS[first.casefold()]} {rest}".strip() if first.casefold() in WORDS else words)


def in_words(schedule: Schedule) -> str:
    """Tell a schedule to people: `Every day at 06:00 Europe/Berlin`."""
    if isinstance(schedule, Manual):
        return "Only when asked"
    if isinstance(schedule, Cron):
        told = CronSim(schedule.expression, BEGINNING).explain()
        return f"{told}, {schedule.zone}"
    at = f"{schedule.start:%H:%M} {schedule.zone}"
    if schedule.every == DAY:
        return f"Every day at {at}"
    every = "hour" if schedule.every == HOUR else in_units(schedule.every)
    return f"Every {every}, counted from {at}"


def _basic(words: str) -> Basic:
    found = WRITTEN.fullmatch(words)
    if found is None:
        raise _fault(f"{words[:60]!r} is no schedule; write for example: {EXAMPLES}")
    every = int(found["count"] or 1) * UNITS[found["unit"][0].casefold()]
    if every not in FREQUENCIES:
        told = in_units(every) if every else "0 minutes"
        raise _fault(
            f"{told} {'is' if every in (MINUTE, HOUR) else 'are'} no frequency; choose {_frequencies()}"
        )
    schedule = Basic(every=every, start=_start(found["hour"] or "0", found["minute"] or "00"))
    return replace(schedule, zone=_zone(found["zone"])) if found["zone"] else schedule


def _start(hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise _fault(f"{hour}:{minute} is no time of day; write 00:00 to 23:59") from None


def _zone(name: str) -> str:
    zone = zone_named(name)
    if zone is not None:
        return zone.key
    close = get_close_matches(name, zone_names(), n=1)
    hint = f"did you mean {close[0]}?" if close else "write one such as Europe/Berlin or UTC"
    raise _fault(f"there is no time zone {name[:60]!r}; {hint}")


def _cron(words: str) -> Cron:
    fields = words.upper().split()
    if len(fields) not in (5, 6):
        raise _fault(
            f"a cron expression has five fields (minute, hour, day, month, weekday), not {len(fields)}; "
            "a time zone may follow"
        )
    expression = " ".join(fields[:5])
    try:
        next(CronSim(expression, BEGINNING))
    except CronSimError as error:
        raise _fault(f"{expression[:60]!r} is no cron expression: {error}") from None
    except StopIteration:
        raise _fault(f"the cron expression {expression} never runs; no such day comes") from None
    cron = Cron(expression, _zone(words.split()[5]) if len(fields) == 6 else "UTC")
    _refuse_too_often(expression)
    return cron


def _refuse_too_often(expression: str) -> None:
    """Looked at in UTC: where clocks are changed, two runs may come closer together on that one day."""
    runs = islice(CronSim(expression, BEGINNING), CHECKED)
    for run, following in pairwise(takewhile(lambda run: run < ENOUGH, runs)):
        if following - run < SHORTEST:
            raise _fault(
                f"the cron expression {expression} runs at {run:%H:%M} and again at {following:%H:%M}; "
                f"{in_units(SHORTEST)} have to lie between two runs"
            )


def _frequencies() -> str:
    minutes = [f"{every // MINUTE}" for every in FREQUENCIES if every < HOUR]
    hours = [f"{every // HOUR}" for every in FREQUENCIES if every >= HOUR]
    return (
        f"{', '.join(minutes[:-1])} or {minutes[-1]} minutes, or {', '.join(hours[:-1])} or {hours[-1]} hours"
    )


def _fault(what: str) -> SettingInvalid:
    return SettingInvalid(f"{what[0].upper()}{what[1:]}.")
