"""What a change has under way from its start: today's tables, the running plan, its areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from planner.second_process import Beside, Here

if TYPE_CHECKING:
    from planner.inputs.frames import Frame
    from planner.outputs.plan import Plan
    from planner.scenario.model import Scenario


def _tell_nobody(plan: Plan) -> None:
    """Do nothing with a plan as far as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is on its way, and who does what the rest need not wait for.

    Parameters
    ----------
    running
        The running plan.
    tables
        Today's tables that are being read already.
    beside
        Where more may be done.
    seated
        Called as soon as every account has its seat, with the plan as far as it stands.
    """

    running: Future[Plan]
    tables: Mapping[str, Future[Frame]] = field(default_factory=dict)
    beside: Beside = field(default_factory=Here)
    seated: Callable[[Plan], None] = _tell_nobody


def at_hand(running: Plan) -> Ahead:
    """Return a running plan for which nobody has to wait."""
    return Ahead(running=Here().submit(lambda: running))


def begin_change(
    scenario: Scenario,
    folder: Path,
    running: Path,
    beside: Beside | None = None,
    seated: Callable[[Plan], None] | None = None,
) -> Ahead:
    """Begin to read today's tables and the running plan's folder.

    Parameters
    ----------
    scenario, folder
        Which tables, and where they are.
    running
        The running plan's folder.
    beside, seated
        As in :class:`Ahead`; by default all is done here, and nobody is told.
    """
    from planner.inputs.loading import begin_reading

    where = beside or Here()
    # Tables first: they are waited for sooner than the running plan.
    tables = begin_reading(scenario.inputs, folder, where)
    coming = where.submit(_load_plan, running)
    where.prepare(_load_libraries)
    return Ahead(running=coming, tables=tables, beside=where, seated=seated or _tell_nobody)


def _load_plan(folder: Path) -> Plan:
    """Read a plan; whoever only begins need not load what that takes."""
    from planner.outputs.folder import load_plan

    return load_plan(folder)


def _load_libraries() -> None:
    from planner.outputs.writing import load_libraries

    load_libraries()
