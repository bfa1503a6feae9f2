"""A sweep: what is shared, what is never done twice, and what is a row instead of a failure."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from planner.errors import DataError, ScenarioError
from planner.outputs.folder import load_plan
from planner.outputs.sweep_rows import plan_figures
from planner.pipeline.planning import make_plan
from planner.pipeline.sweeping import run_sweep
from planner.pipeline.workers import LocalWorkers, Work
from planner.scenario.reading import read_scenario
from planner.scenario.variation import Combination, combine, read_variation

FEW = ["outcomes.draws=200", "potential.cuts=2", "quota.ramp_from='cohorts'"]


class Here:
    """Workers that work in this process and keep count of what they did."""

    def __init__(self, limit: int = 1000) -> None:
        self.done: list[str] = []
        self.limit = limit

    def run(
        self, work: Work, shared: Sequence[bytes], jobs: Sequence[tuple[int, bytes]]
    ) -> Iterator[tuple[int, bytes | None]]:
        """Do one job after the other; a sweep that is interrupted ends after some."""
        for place, (part, job) in enumerate(jobs):
            if len(self.done) >= self.limit:
                raise KeyboardInterrupt
            self.done.append(work.__name__)
            yield place, work(shared[part], job)


def goals(folder: Path, *varied: str) -> tuple[Combination, ...]:
    """Return combinations of the tiny company."""
    texts = varied or ("quota.goal=2_000_000,2_100_000,2_200_000",)
    return combine(folder / "baseline.toml", [read_variation(one) for one in texts], FEW)


@pytest.fixture(scope="module")
def swept(tiny_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished sweep over three goals."""
    out = tmp_path_factory.mktemp("sweeps") / "goals"
    run_sweep(goals(tiny_tables), tiny_tables, out, Here())
    return out


def test_each_combination_is_the_plan_that_the_plan_command_makes(
    tiny_tables: Path, swept: Path
) -> None:
    """Sharing potential and alignment changes no figure of any combination."""
    one = goals(tiny_tables)[1]
    own = make_plan(
        read_scenario(tiny_tables / "baseline.toml", [*FEW, "quota.goal=2_100_000"]), tiny_tables
    )
    kept = load_plan(swept / "plans" / one.name)
    assert plan_figures(kept) == plan_figures(own)
    assert kept.quotas == own.quotas
    assert kept.provenance.scenario["quota"]["goal"] == 2_100_000


def test_what_several_share_is_worked_out_once(tiny_tables: Path, tmp_path: Path) -> None:
    """Three goals need one potential and one alignment; another rule needs its own."""
    here = Here()
    varied = ("quota.goal=2_000_000,2_100_000", "alignment.disruption.weight=1.0,2.0")
    run_sweep(goals(tiny_tables, *varied), tiny_tables, tmp_path / "out", here, keep=False)
    assert here.done == ["potential_job", *["alignment_job"] * 2, *["finish_job"] * 4]
    assert not list((tmp_path / "out" / "plans").iterdir())


def test_finished_combinations_are_never_planned_again(tiny_tables: Path, swept: Path) -> None:
    """A second run does nothing, and one more value is all that a wider sweep works out."""
    here = Here()
    again = run_sweep(goals(tiny_tables), tiny_tables, swept, here)
    assert (here.done, again.reused) == ([], 3)
    wider = goals(tiny_tables, "quota.goal=2_000_000,2_100_000,2_200_000,2_300_000")
    more = run_sweep(wider, tiny_tables, swept, here)
    assert here.done == ["potential_job", "plan_job"]
    assert more.rows[:3] == again.rows
    assert more.rows[3].planned


def test_an_interrupted_sweep_goes_on(tiny_tables: Path, swept: Path, tmp_path: Path) -> None:
    """What was finished stays, and the end is what a sweep in one go gives."""
    with pytest.raises(KeyboardInterrupt):
        run_sweep(goals(tiny_tables), tiny_tables, tmp_path / "out", Here(limit=3))
    rest = Here()
    found = run_sweep(goals(tiny_tables), tiny_tables, tmp_path / "out", rest)
    assert found.reused == 1
    assert rest.done == ["potential_job", "alignment_job", "finish_job", "finish_job"]
    whole = run_sweep(goals(tiny_tables), tiny_tables, swept, Here())
    assert [row.figures for row in found.rows] == [row.figures for row in whole.rows]


def test_changed_tables_and_damaged_plans_are_not_trusted(
    tiny_tables: Path, swept: Path, tmp_path: Path
) -> None:
    """One more account plans all anew; a plan's folder that was touched is planned anew."""
    tables, out = tmp_path / "tables", tmp_path / "out"
    shutil.copytree(tiny_tables, tables)
    shutil.copytree(swept, out)
    names = goals(tables)
    (out / "plans" / names[0].name / "quotas.csv").write_text("", encoding="utf-8")
    here = Here()
    assert run_sweep(names, tables, out, here).reused == 2
    with (tables / "activities.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert run_sweep(names, tables, out, Here()).reused == 0


def test_infeasible_combinations_are_rows_with_their_reason(
    tiny_tables: Path, tmp_path: Path
) -> None:
    """A budget that nobody can keep is a row; so are tables that cannot be read under one value."""
    varied = ("alignment.disruption.max_account_share=0.0,1.0",)
    settings = [*FEW, "alignment.disruption.max_revenue_share=1.0"]
    combinations = combine(tiny_tables / "baseline.toml", [read_variation(varied[0])], settings)
    here = Here()
    found = run_sweep(combinations, tiny_tables, tmp_path / "out", here, keep=False)
    assert found.rows[0].status == "infeasible"
    assert found.rows[0].reason
    assert found.rows[1].planned
    assert run_sweep(combinations, tiny_tables, tmp_path / "out", here, keep=False).reused == 2


def test_a_sweep_that_cannot_begin_says_so(tiny_tables: Path, tmp_path: Path) -> None:
    """Tables that no combination can use end it, and so does a folder of something else."""
    missing = goals(tiny_tables, 'inputs.accounts.path="nothing.csv","none.csv"')
    with pytest.raises((DataError, ScenarioError), match="nothing"):
        run_sweep(missing, tiny_tables, tmp_path / "out", Here())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ScenarioError, match="something else"):
        run_sweep(goals(tiny_tables), tiny_tables, tmp_path / "other", Here())


def _halve(shared: bytes, job: bytes) -> bytes:
    """End the process on the one job that says so."""
    if job == b"die":
        import os

        os._exit(9)
    return shared + job


def test_a_process_that_dies_takes_only_its_own_job_away() -> None:
    """The others come back, and the job that nobody survives comes back as None."""
    jobs = [(0, b"a"), (1, b"die"), (1, b"b"), (0, b"c")]
    found = dict(LocalWorkers(2).run(_halve, [b"x", b"y"], jobs))
    assert found == {0: b"xa", 1: None, 2: b"yb", 3: b"xc"}
