"""`counterfoil budget`: what this month's metered calls were used for, and whether they will last."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import listing

if TYPE_CHECKING:
    from counterfoil.actions.budget import BudgetView
    from counterfoil.model.budget import Budget

MOST_COMPANIES = 20
MOST_MONTHS = 6
BAR_WIDTH = 30
HEIGHT = 4
STEPS = " ▁▂▃▄▅▆▇█"
DAYS = 31
TICKS = (1, 5, 10, 15, 20, 25, 30)


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "budget", panel=panel)(budget)


def budget(door: Door) -> None:
    """Show this month's metered calls: of the allowance, by company, day by day."""
    from counterfoil.actions.budget import show
    from counterfoil.cli.opening import store

    settings = door.settings()
    with store(settings) as db:
        view = show(db, datetime.now(UTC), settings.monthly_calls)
    door.screen.answer(document_of(view), *_picture(view))
    if view.budget.warns:
        door.screen.next(
            ("", "Sync more rarely, or get a larger allowance of Intuit and set COUNTERFOIL_MONTHLY_CALLS."),
            ("counterfoil syncs", "what each sync took"),
        )
    else:
        door.screen.next(("counterfoil syncs", "what each sync took"))


def document_of(view: "BudgetView") -> dict[str, Any]:
    """The month for machines."""
    return {
        **in_short(view.budget),
        "companies": [
            {"realm_id": realm_id, "name": view.names.get(realm_id, ""), "metered": metered}
            for realm_id, metered in view.budget.by_company.items()
        ],
        "days": [{"day": day.isoformat(), "metered": metered} for day, metered in view.budget.by_day.items()],
        "before": [{"month": f"{day:%Y-%m}", "metered": metered} for day, metered in view.before.items()],
    }


def in_short(budget: "Budget") -> dict[str, Any]:
    """Where the month stands, for machines; `slow_down` says how many times as rare syncs should be."""
    from counterfoil.model.budget import slow_down

    return {
        "month": f"{budget.at.astimezone(UTC):%Y-%m}",
        "allowance": budget.allowance,
        "used": budget.used,
        "left": budget.left,
        "share": round(budget.share, 4),
        "projected": budget.projected,
        "warns": budget.warns,
        "slow_down": round(slow_down(budget), 2),
    }


def in_words(budget: "Budget") -> Text:
    """The same in a line: `1,234 of 500,000 this month, 0.2 %`."""
    used = f"{budget.used:,} of {budget.allowance:,} this month, {budget.share:.1%}".replace("%", " %")
    return Text(used, style="bold yellow" if budget.warns else "")


def _picture(view: "BudgetView") -> list[RenderableType]:
    parts: list[RenderableType] = [_head(view.budget)]
    if view.budget.used:
        parts += [_companies(view), _chart(view.budget.by_day)]
    if view.before:
        months = list(view.before.items())[-MOST_MONTHS:]
        told = " · ".join(f"{day:%B %Y} {metered:,}" for day, metered in months)
        parts.append(Text(f"Before: {told}", style="dim"))
    return [Padding(part, (0, 0, 1, 0)) for part in parts[:-1]] + parts[-1:]


def _head(budget: "Budget") -> RenderableType:
    from counterfoil.model.budget import slow_down

    title = Text(f"{budget.at.astimezone(UTC):%B %Y}", style="bold")
    bar = Table.grid(padding=(0, 2, 0, 0))
    style = "yellow" if budget.warns else "cyan"
    completed = min(budget.used, budget.allowance)
    filled = ProgressBar(
        total=budget.allowance,
        completed=completed,
        width=BAR_WIDTH,
        complete_style=style,
        finished_style="red",
    )
    bar.add_row(filled, in_words(budget))
    beyond = budget.projected > budget.allowance
    ahead = f"At this pace {budget.projected:,} by the end of the month (UTC)."
    lines: list[RenderableType] = [title, bar, Text(ahead, style="yellow" if beyond else "dim")]
    if not budget.left:
        lines.append(
            Text("It is used up. Syncs still ask; on its free tier Intuit answers 429.", style="red")
        )
    elif slow_down(budget) > 1:
        rarer = f"The rest lasts the month when syncs are {slow_down(budget):.1f} times as rare."
        lines.append(Text(rarer, style="yellow"))
    return Group(*lines)


def _companies(view: "BudgetView") -> RenderableType:
    table = listing("Company", "Company id", "Metered calls", "Share", numbers=("Metered calls", "Share"))
    companies = list(view.budget.by_company.items())
    for realm_id, metered in companies[:MOST_COMPANIES]:
        name = foreign(view.names.get(realm_id) or "not connected any more", "bold")
        table.add_row(name, foreign(realm_id), f"{metered:,}", f"{100 * metered / view.budget.used:.0f} %")
    hidden = companies[MOST_COMPANIES:]
    if not hidden:
        return table
    rest = f"and {len(hidden):,} more with {sum(metered for _, metered in hidden):,}; --json lists all"
    return Group(table, Text(rest, style="dim"))


def _chart(days: Mapping[date, int]) -> RenderableType:
    """A column for each day, eighths of a line high; a day with any call shows at least one eighth."""
    most = max(days.values())
    eighths = [-(-metered * HEIGHT * 8 // most) for metered in days.values()]
    lines = []
    for floor in reversed(range(HEIGHT)):
        line = " ".join(STEPS[min(8, max(0, high - 8 * floor))] for high in eighths)
        lines.append(f"{line:<{2 * DAYS}}" + (f"  {most:,}" if floor == HEIGHT - 1 else ""))
    axis = "".join(
        f"{day:<{2 * (end - day)}}" for day, end in zip(TICKS, (*TICKS[1:], DAYS + 1), strict=True)
    )
    return Group(Text("\n".join(lines), style="cyan", no_wrap=True), Text(axis, style="dim", no_wrap=True))
