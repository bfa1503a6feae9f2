"""All combinations of a sweep: what is done already, what they share, and who works it out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import DataError, PlannerError
from planner.outputs.sweep_records import combination_key, open_sweep, read_record, save_record
from planner.outputs.sweep_rows import SweepRow
from planner.pipeline.preparation import read_tables
from planner.pipeline.progress import Progress, Silence
from planner.pipeline.sweep_jobs import (
    STATUS,
    Answer,
    Made,
    alignment_job,
    finish_job,
    pack,
    plan_job,
    potential_job,
    unpack,
)
from planner.pipeline.workers import Work, Workers

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.scenario.model import Scenario
    from planner.scenario.variation import Combination

# What is never kept as an answer: the next run tries again.
PASSING = frozenset({"failed", "fault"})
AFTER_ALIGNMENT = ("name", "quota", "compensation", "outcomes", "export")
LOST = Answer(
    status="fault",
    reason="The process that planned it ended each time it was tried: most likely the machine "
    "has too little memory for it. Try fewer --workers.",
    exit_code=70,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All combinations and what they reach.

    Parameters
    ----------
    rows
        One for each combination, in order.
    reused
        How many stood from an earlier run.
    currency
        Of all money.
    inputs
        SHA-256 of the sources by table, of the first combination.
    kept
        Whether each plan's folder is kept.
    """

    rows: tuple[SweepRow, ...]
    reused: int
    currency: str
    inputs: dict[str, str]
    kept: bool


@dataclass(slots=True)
class _Run:
    """A sweep while it is worked out."""

    combinations: Sequence[Combination]
    out: Path
    workers: Workers
    keep: bool
    progress: Progress
    rows: dict[int, SweepRow] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)

    def open_places(self) -> list[int]:
        return [place for place in range(len(self.combinations)) if place not in self.rows]

    def settle(self, place: int, found: Answer) -> None:
        """Keep what came of a combination, and tell who waits."""
        one, made = self.combinations[place], found.result
        status = made.status if isinstance(made, Made) else found.status
        row = SweepRow(name=one.name, values=one.values, status=status, reason=found.reason)
        archive = b""
        if isinstance(made, Made):
            row = replace(row, figures=made.figures, seconds=made.seconds)
            archive = made.archive
        if status not in PASSING:
            save_record(self.out, row, self.keys[place], archive)
        self.rows[place] = row
        self.answers[place] = found
        total = len(self.combinations)
        self.progress.note(
            f"{len(self.rows)} of {total}: {one.name}, {status}", len(self.rows) / total
        )


def run_sweep(
    combinations: Sequence[Combination],
    folder: Path,
    out: Path,
    workers: Workers,
    *,
    keep: bool = True,
    anew: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Plan every combination that is not planned yet.

    A combination counts as planned when its record in ``out`` follows from the same resolved
    scenario, the same tables and the same versions, and its plan's folder is whole.

    Parameters
    ----------
    combinations
        From :func:`planner.scenario.variation.combine`.
    folder
        Where the tables are.
    out
        The sweep's folder; made, or gone on in.
    workers
        Who works.
    keep
        Whether each plan's folder is written.
    anew
        Whether finished combinations are planned again.
    progress
        Who is told where the work is.

    Raises
    ------
    DataError
        When the tables cannot be planned on under any combination.
    ScenarioError
        When something else than a sweep stands in ``out``.
    StoreError
        When the disk refuses.
    """
    open_sweep(out)
    run = _Run(combinations, out, workers, keep, progress or Silence())
    run.progress.start("inputs")
    tables = _read_all(run, folder)
    if not anew:
        _take_finished(run)
    reused = sum(place not in run.answers for place in run.rows)
    for name in ("sweep.csv", "sweep.json", "sweep.html") if run.open_places() else ():
        (out / name).unlink(missing_ok=True)
    _work(run, tables)
    _refuse_unusable(run)
    first = next(iter(tables.values()))
    return Sweep(
        rows=tuple(run.rows[place] for place in range(len(combinations))),
        reused=reused,
        currency=combinations[0].scenario.currency,
        inputs=_source_digests(first),
        kept=keep,
    )


def _read_all(run: _Run, folder: Path) -> dict[str, PlanningData]:
    """Read the tables once for all combinations that read them alike.

    Raises
    ------
    DataError
        When no combination can be planned on them.
    """
    from planner.pipeline.cluster import tool_versions

    tables: dict[str, PlanningData] = {}
    refused: dict[str, PlannerError] = {}
    versions = tool_versions()
    for place, one in enumerate(run.combinations):
        key = tables_key(one.scenario)
        if key not in tables and key not in refused:
            try:
                tables[key] = read_tables(one.scenario, folder)
            except PlannerError as error:
                refused[key] = error
        digests = _source_digests(tables[key]) if key in tables else {}
        run.keys[place] = combination_key(one.scenario.resolved(), digests, versions)
    if not tables:
        raise next(iter(refused.values()))
    for place, one in enumerate(run.combinations):
        reason = refused.get(tables_key(one.scenario))
        if reason is not None:
            run.settle(place, _answer_of(reason))
    return tables


def _answer_of(error: PlannerError) -> Answer:
    code = error.exit_code
    return Answer(
        status=STATUS.get(code, "fault"),
        reason=str(error),
        findings=error.findings,
        exit_code=code,
    )


def _take_finished(run: _Run) -> None:
    for place in run.open_places():
        one = run.combinations[place]
        row = read_record(run.out, one.name, run.keys[place], keep=run.keep)
        if row is not None and row.values == one.values:
            run.rows[place] = row


def _source_digests(data: PlanningData) -> dict[str, str]:
    return {source.table: source.sha256 for source in data.sources}


def tables_key(scenario: Scenario) -> str:
    """Return a digest of everything in a scenario that reading its tables depends on."""
    return _digest(scenario, only=("inputs", "period", "control", "currency", "fx"))


def potential_key(scenario: Scenario) -> str:
    """Return a digest of everything in a scenario that potential depends on."""
    only = ("inputs", "period", "control", "currency", "fx", "potential", "seed")
    return _digest(scenario, only=only)


def alignment_key(scenario: Scenario) -> str:
    """Return a digest of everything in a scenario that the alignment may depend on.

    It is all that is not named in ``AFTER_ALIGNMENT``, and ramp, which seats' capacity rests on.
    """
    values = scenario.resolved()
    quota = values.get("quota") or {}
    ramp = {key: value for key, value in quota.items() if key.startswith("ramp")}
    kept = {key: value for key, value in values.items() if key not in AFTER_ALIGNMENT}
    return _hash({**kept, "ramp": ramp})


def _digest(scenario: Scenario, *, only: Sequence[str]) -> str:
    values = scenario.resolved()
    return _hash({key: values[key] for key in only})


def _hash(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _work(run: _Run, tables: dict[str, PlanningData]) -> None:
    """Work out what is still open: potential, alignments that several share, plans."""
    run.progress.start("potential")
    estimated = _share(run, potential_job, potential_key, lambda one: pack(tables[tables_key(one)]))
    run.progress.start("alignments")
    sharing = Counter(
        alignment_key(run.combinations[place].scenario) for place in run.open_places()
    )
    aligned = _share(
        run,
        alignment_job,
        alignment_key,
        lambda one: estimated[potential_key(one)],
        only={key for key, count in sharing.items() if count > 1},
    )
    run.progress.start("plans")
    _plan(run, plan_job, potential_key, estimated, without=aligned)
    _plan(run, finish_job, alignment_key, aligned)


def _share(
    run: _Run,
    work: Work,
    key_of: Callable[[Scenario], str],
    part_of: Callable[[Scenario], bytes],
    only: set[str] | None = None,
) -> dict[str, bytes]:
    """Work out what combinations of the same key share; where it cannot be, they are settled."""
    users: dict[str, list[int]] = {}
    for place in run.open_places():
        key = key_of(run.combinations[place].scenario)
        if only is None or key in only:
            users.setdefault(key, []).append(place)
    found: dict[str, bytes] = {}
    names = list(users)
    scenarios = [run.combinations[users[name][0]].scenario for name in names]
    shared = [part_of(scenario) for scenario in scenarios]
    jobs = [(place, pack(scenario)) for place, scenario in enumerate(scenarios)]
    with closing(_run_jobs(run, work, shared, jobs)) as results:
        for done, (place, content) in enumerate(results, start=1):
            answer: Answer = LOST if content is None else unpack(content)
            run.progress.note(f"{done} of {len(jobs)}", done / len(jobs))
            if answer.result is not None:
                found[names[place]] = pack(answer.result)
                continue
            for user in users[names[place]]:
                run.settle(user, answer)
    return found


def _plan(
    run: _Run,
    work: Work,
    key_of: Callable[[Scenario], str],
    shared: dict[str, bytes],
    without: dict[str, bytes] | None = None,
) -> None:
    """Plan the open combinations that stand on a shared part."""
    parts = {key: place for place, key in enumerate(shared)}
    places = [
        place
        for place in run.open_places()
        if key_of(run.combinations[place].scenario) in parts
        and alignment_key(run.combinations[place].scenario) not in (without or {})
    ]
    jobs = [
        (parts[key_of(one.scenario)], pack((one.scenario, run.keep)))
        for one in (run.combinations[place] for place in places)
    ]
    with closing(_run_jobs(run, work, list(shared.values()), jobs)) as results:
        for done, content in results:
            run.settle(places[done], LOST if content is None else unpack(content))


def _run_jobs(
    run: _Run, work: Work, shared: Sequence[bytes], jobs: Sequence[tuple[int, bytes]]
) -> Generator[tuple[int, bytes | None], None, None]:
    if jobs:
        yield from run.workers.run(work, shared, jobs)


def _refuse_unusable(run: _Run) -> None:
    """Stop where the tables could be planned on under no combination.

    Raises
    ------
    DataError
        With the findings of the first.
    """
    if all(row.status == "unusable" for row in run.rows.values()) and run.answers:
        first = run.answers[min(run.answers)]
        raise DataError(first.reason, first.findings)
