"""Re-plans around what was decided, in the background."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from planner.review.replanning import Scope
from planner.review.runner import Runner
from planner.review.runs import cancel_run, list_runs, read_run
from planner.web.context import Kept, Opened, Viewer, require
from planner.web.forms import Form, Identity

router = APIRouter(prefix="/api/plans/{plan}/runs", tags=["runs"])


class RunForm(Form):
    """What may move: only territories that a decision touches, or everything."""

    scope: Scope = "touched"


@router.get("")
def show_runs(opened: Opened, person: Viewer, store: Kept) -> list[dict[str, Any]]:
    """Return a version's re-plans, the latest first."""
    require(person, "replan")
    return list_runs(store, opened)


@router.post("", status_code=202)
def begin_run(
    request: Request, opened: Opened, person: Viewer, store: Kept, body: RunForm
) -> dict[str, Any]:
    """Re-plan in the background; the new version stands beside the old."""
    runner: Runner = request.app.state.runner
    run_id = runner.begin(opened, person, body.scope)
    return read_run(store, opened, run_id)


@router.get("/{run}")
def show_run(opened: Opened, person: Viewer, store: Kept, run: Identity) -> dict[str, Any]:
    """Return how far a re-plan is."""
    require(person, "replan")
    return read_run(store, opened, run)


@router.post("/{run}/cancel")
def cancel(opened: Opened, person: Viewer, store: Kept, run: Identity) -> dict[str, Any]:
    """End a re-plan."""
    return cancel_run(store, opened, person, run)
