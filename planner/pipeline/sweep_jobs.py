"""What a worker does for a sweep: one function for each job, bytes in and bytes out."""

from __future__ import annotations

import io
import pickle
import tarfile
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import PlannerError
from planner.findings import Finding
from planner.outputs.plan import Plan
from planner.pipeline.people import settle_people, with_ramp
from planner.pipeline.preparation import Company, build_company, estimate_potential
from planner.pipeline.progress import Silence, Stopwatch

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.result import Potential
    from planner.scenario.model import Scenario
    from planner.territories.alignment import AlignmentResult

STATUS = {1: "unusable", 2: "refused", 3: "infeasible", 4: "unknown", 5: "failed"}
# A cluster's worker may run jobs in threads, and drawing charts is not made for that.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a job.

    Parameters
    ----------
    status
        ``done``, or why it is not, in one word.
    reason
        The same in words.
    findings
        Of what refused it.
    exit_code
        What the command line would have ended with.
    result
        What was made.
    """

    status: str = "done"
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    exit_code: int = 0
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """Tables and potential, which combinations with the same inputs share."""

    data: PlanningData
    potential: Potential


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A company and its alignment, which combinations that differ later share."""

    company: Company
    result: AlignmentResult
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A combination's plan as it goes back to who asked.

    Parameters
    ----------
    status
        The alignment's.
    figures
        For the sweep's row.
    archive
        The plan's folder as a tar file, empty where it is not kept.
    seconds
        Over all stages.
    """

    status: str
    figures: dict[str, float | int | None]
    archive: bytes
    seconds: float


def pack(value: object) -> bytes:
    """Return a value as bytes, for another process of the same program."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpack(content: bytes) -> Any:
    """Return a value that :func:`pack` made."""
    return pickle.loads(content)  # noqa: S301 - from our own processes, never from a file


def answer(work: Callable[[], Any]) -> bytes:
    """Run some work, and return what it made or why it did not, as bytes."""
    try:
        with _ONE_AT_A_TIME:
            return pack(Answer(result=work()))
    except PlannerError as error:
        code = error.exit_code
        refusal = Answer(
            status=STATUS.get(code, "fault"),
            reason=str(error),
            findings=error.findings,
            exit_code=code,
        )
    except MemoryError:
        refusal = Answer(status="failed", reason="The machine has no memory left.", exit_code=5)
    except OSError as error:
        refusal = Answer(status="failed", reason=f"The disk refused: {error}.", exit_code=5)
    except Exception as error:
        words = f"A fault of ours: {type(error).__name__}: {error}."
        refusal = Answer(status="fault", reason=words, exit_code=70)
    return pack(refusal)


def potential_job(shared: bytes, job: bytes) -> bytes:
    """Estimate potential on tables; the job is a scenario."""

    def work() -> Estimated:
        data, scenario = unpack(shared), unpack(job)
        return Estimated(data=data, potential=estimate_potential(scenario, data))

    return answer(work)


def alignment_job(shared: bytes, job: bytes) -> bytes:
    """Align a company; shared are tables and potential, the job is a scenario."""
    return answer(lambda: _align(unpack(shared), unpack(job)))


def _align(estimated: Estimated, scenario: Scenario) -> Aligned:
    from planner.pipeline.planning import align_company

    watch = Stopwatch(Silence())
    with watch.stage("units"):
        ramp, data = settle_people(scenario, estimated.data)
        company = build_company(with_ramp(scenario, ramp), data, estimated.potential)
    company, result = align_company(scenario, company, watch)
    return Aligned(company=company, result=result, seconds=watch.seconds)


def plan_job(shared: bytes, job: bytes) -> bytes:
    """Plan from tables and potential; the job is a scenario and whether to keep the folder."""

    def work() -> Made:
        scenario, keep = unpack(job)
        return _finish(_align(unpack(shared), scenario), scenario, keep=keep)

    return answer(work)


def finish_job(shared: bytes, job: bytes) -> bytes:
    """Plan from an alignment; the job is a scenario and whether to keep the folder."""

    def work() -> Made:
        scenario, keep = unpack(job)
        return _finish(unpack(shared), scenario, keep=keep)

    return answer(work)


def _finish(aligned: Aligned, scenario: Scenario, *, keep: bool) -> Made:
    from planner.outputs.sweep_rows import plan_figures
    from planner.pipeline.planning import finish_plan

    watch = Stopwatch(Silence(), dict(aligned.seconds))
    plan = finish_plan(scenario, aligned.company, aligned.result, watch)
    return Made(
        status=plan.alignment.status,
        figures=plan_figures(plan),
        archive=archive_plan(plan) if keep else b"",
        seconds=round(sum(watch.seconds.values()), 3),
    )


def archive_plan(plan: Plan) -> bytes:
    """Return a plan's folder as an uncompressed tar file."""
    from planner.outputs.folder import save_plan

    stream = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="planner-") as place:
        folder = Path(place) / "plan"
        save_plan(plan, folder)
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for path in sorted(folder.rglob("*")):
                archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    return stream.getvalue()
