"""What a change has under way from its start: today's tables, the running plan, its areas."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from planner.second_process import Asked, Beside, Here

if TYPE_CHECKING:
    from planner.inputs.frames import Frame
    from planner.outputs.plan import Plan
    from planner.scenario.model import Scenario


def _tell_nobody(plan: Plan, running: Plan) -> None:
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
    digests
        SHA-256 of today's files by table, where the running plan has read the same already.
    beside
        Where more may be done.
    seated
        Called as soon as every account has its seat, with the plan as far as it stands and the
        running plan.
    """

    running: Future[Plan]
    tables: Mapping[str, Future[Frame]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    beside: Beside = field(default_factory=Here)
    seated: Callable[[Plan, Plan], None] = _tell_nobody


def at_hand(running: Plan, scenario: Scenario, folder: Path) -> Ahead:
    """Return a running plan for which nobody has to wait.

    Parameters
    ----------
    running
        The running plan.
    scenario, folder
        Which tables, and where they are.
    """
    from planner.inputs.unchanged import digest_tables

    known = {source.table: source.sha256 for source in running.data.sources}
    digests = digest_tables(scenario.inputs, folder, known)
    return Ahead(running=Here().submit(lambda: running), digests=digests)


def begin_change(
    scenario: Scenario,
    folder: Path,
    running: Path,
    beside: Beside | None = None,
    seated: Callable[[Plan, Plan], None] | None = None,
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

    where, then = beside or Here(), seated or _tell_nobody
    digests = _digest_what_was_read(running, scenario, folder)
    if digests:
        # Its state holds the tables, too: what they are read into is there at once.
        where.prepare(_load_libraries)
        coming = Asked(lambda: _load_plan(running))
        return Ahead(running=coming, digests=digests, beside=where, seated=then)
    # Tables first: they are waited for sooner than the running plan.
    tables = begin_reading(scenario.inputs, folder, where)
    loaded = where.submit(_load_plan, running)
    where.prepare(_load_libraries)
    return Ahead(running=loaded, tables=tables, beside=where, seated=then)


def _digest_what_was_read(running: Path, scenario: Scenario, folder: Path) -> dict[str, str]:
    """Return the SHA-256 of today's tables; none where plan.json says that others were read."""
    from planner.inputs.unchanged import digest_tables, same_tables

    try:
        head = json.loads((running / "plan.json").read_text(encoding="utf-8"))
        known = {str(source["table"]): source["sha256"] for source in head["inputs"]}
        digests = digest_tables(scenario.inputs, folder, known)
        same = same_tables(scenario.inputs, digests, head["scenario"]["inputs"], known)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        # Loading it says what is wrong.
        return {}
    return digests if same else {}


def _load_plan(folder: Path) -> Plan:
    """Read a plan; whoever only begins need not load what that takes."""
    from planner.outputs.folder import load_plan

    return load_plan(folder)


def _load_libraries() -> None:
    from planner.outputs.writing import load_libraries

    load_libraries()
