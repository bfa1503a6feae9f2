"""Decisions: proposals and their answers, approvals, the stages of a version, publishing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from planner.review.decisions.answers import Answer, answer
from planner.review.decisions.approvals import (
    LevelState,
    approvable,
    approve,
    read_levels,
    send_back,
    submit,
    withdraw,
    word_stage,
)
from planner.review.decisions.comments import list_comments
from planner.review.decisions.overrides import list_overrides
from planner.review.decisions.proposals import list_proposals, propose, read_proposal
from planner.review.decisions.publication import lift_hold, publish, read_pending
from planner.review.decisions.releases import list_releases
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.roles import Role
from planner.review.runs import list_runs
from planner.review.store import Store
from planner.review.versions import VersionView, list_versions, may_open, read_version
from planner.review.views.headlines import list_headlines
from planner.review.visibility import visible_territories
from planner.web.context import Kept, Opened, Told, Viewer, require
from planner.web.failures import NotFoundError
from planner.web.forms import Form, Identity, Name, Revision, Text
from planner.web.pages import Navigation, render

router = APIRouter(tags=["decisions"])
REVIEWERS: tuple[Role, ...] = ("owner", "operations", "finance", "manager", "read-only")
NAVIGATION = (
    Navigation(label="Overview", path="/plans/{plan}", order=5, roles=REVIEWERS),
    Navigation(label="Decisions", path="/plans/{plan}/decisions", order=40, roles=REVIEWERS),
)
Moves = dict[Name, Name]
State = Literal["pending", "open", "agreed", "accepted", "countered", "refused", "withdrawn"]
API = "/api/plans/{plan}"


class ProposalForm(Form):
    """A proposal; without moves it takes the basket."""

    reason: Text
    moves: Moves | None = None


class AnswerForm(Form):
    """What is said to a proposal."""

    answer: Literal["accept", "refuse", "counter", "withdraw"]
    reason: Text = ""
    revision: Revision = None
    moves: Moves | None = Field(default=None, description="Of a counter-proposal.")


class ApprovalForm(Form):
    """What is approved; without territories, all of one's own that still need it."""

    level: Name
    territories: list[Name] | None = None
    comment: Text = ""


class WithdrawalForm(Form):
    """An approval that is taken back."""

    level: Name
    reason: Text


class StageForm(Form):
    """A step on the way of a version."""

    stage: Literal["review", "draft", "published"]
    reason: Text = ""
    revision: Revision = None


class ReasonForm(Form):
    """A reason alone."""

    reason: Text


@router.get("/plans/{plan}", response_class=HTMLResponse, tags=["pages"])
def show_overview(
    request: Request, opened: Opened, person: Viewer, store: Kept, settings: Told
) -> HTMLResponse:
    """Show how far a version has come, and what waits for whoever looks."""
    levels = read_levels(store, opened, settings.parameters.approval.levels)
    version = read_version(store, opened.key)
    proposals = list_proposals(store, opened, person, "pending")
    lineage = list_versions(store, version.lineage)
    return render(
        request,
        "overview.html",
        person,
        plan=opened.key,
        name=opened.plan.provenance.name,
        state=describe_state(version, levels),
        levels=[state.as_dict() for state in levels],
        pending=read_pending(store, opened.key) if person.may("decide") else None,
        proposals=proposals,
        overrides=list_overrides(store, opened, person),
        runs=list_runs(store, opened) if person.may("replan") else [],
        versions=[other for other in lineage if may_open(person, other)],
        territories=approvable(store, opened, person),
        headlines=list_headlines(opened, person),
        releases=list_releases(store, opened, person),
        comments=list_comments(store, opened, person, "plan", opened.key),
    )


@router.get("/plans/{plan}/decisions", response_class=HTMLResponse, tags=["pages"])
def show_decisions(request: Request, opened: Opened, person: Viewer, store: Kept) -> HTMLResponse:
    """Show the proposals, the ones that wait first."""
    require_reviewer(person)
    found = list_proposals(store, opened, person)
    waiting = [proposal for proposal in found if proposal["state"] in {"open", "agreed"}]
    settled = [proposal for proposal in found if proposal["state"] not in {"open", "agreed"}]
    comments = list_comments(store, opened, person, "proposal")
    return render(
        request,
        "decisions.html",
        person,
        plan=opened.key,
        waiting=waiting,
        settled=settled,
        seats=name_seats(opened),
        comments=comments,
        own=sorted(visible_territories(opened, person)) if person.may("answer") else [],
        changeable=read_version(store, opened.key).stage != "published",
    )


def name_seats(opened: OpenPlan) -> dict[str, str]:
    """Return each territory's name as people say it: its rep, then its id."""
    people = {rep.rep_id: rep.name for rep in opened.plan.data.reps}
    seats = zip(opened.plan.territory_ids, opened.plan.seats.rep_ids, strict=True)
    return {
        territory: f"{people[rep]} ({territory})" if people.get(rep) else f"open ({territory})"
        for territory, rep in seats
    }


def require_reviewer(person: Person) -> None:
    """Keep pages of the review from reps, whose page is their own territory."""
    require(person, "export")
    if person.role == "rep":
        raise NotFoundError


def describe_state(version: VersionView, levels: tuple[LevelState, ...]) -> dict[str, Any]:
    """Return a version with its stage in words."""
    return {**version.as_dict(), "state": word_stage(version, levels)}


def state_of(store: Store, opened: OpenPlan, settings: Told) -> dict[str, Any]:
    """Return a version, its levels and its stage in words."""
    levels = read_levels(store, opened, settings.parameters.approval.levels)
    version = read_version(store, opened.key)
    return {
        **describe_state(version, levels),
        "levels": [state.as_dict() for state in levels],
    }


@router.get(f"{API}/state")
def show_state(opened: Opened, person: Viewer, store: Kept, settings: Told) -> dict[str, Any]:
    """Return how far a version has come."""
    require_reviewer(person)
    pending = read_pending(store, opened.key).as_dict() if person.may("decide") else None
    return {**state_of(store, opened, settings), "pending": pending}


@router.post(f"{API}/state")
def change_state(
    opened: Opened, person: Viewer, store: Kept, settings: Told, body: StageForm
) -> dict[str, Any]:
    """Submit a draft, return it, or publish it."""
    if body.stage == "review":
        submit(store, opened.key, person, body.revision)
    elif body.stage == "draft":
        send_back(store, opened.key, person, body.reason, body.revision)
    else:
        publish(store, opened, person, settings.parameters.approval.levels, body.revision)
    return state_of(store, opened, settings)


@router.get(f"{API}/proposals")
def show_proposals(
    opened: Opened, person: Viewer, store: Kept, state: Annotated[State | None, Query()] = None
) -> list[dict[str, Any]]:
    """Return the proposals that one may see, the latest first."""
    require_reviewer(person)
    return list_proposals(store, opened, person, state)


@router.post(f"{API}/proposals", status_code=201)
def make_proposal(
    opened: Opened, person: Viewer, store: Kept, body: ProposalForm
) -> dict[str, Any]:
    """Propose moves, or the basket."""
    require(person, "propose")
    return propose(store, opened, person, body.reason, body.moves)


@router.get(f"{API}/proposals/{{proposal}}")
def show_proposal(
    opened: Opened, person: Viewer, store: Kept, proposal: Identity
) -> dict[str, Any]:
    """Return one proposal."""
    return read_proposal(store, opened, person, proposal)


@router.post(f"{API}/proposals/{{proposal}}/answers")
def answer_proposal(
    opened: Opened, person: Viewer, store: Kept, proposal: Identity, body: AnswerForm
) -> dict[str, Any]:
    """Accept, refuse, counter or withdraw a proposal."""
    said: Answer = body.answer
    return answer(
        store,
        opened,
        person,
        proposal,
        said,
        body.reason,
        revision=body.revision,
        moves=body.moves,
    )


@router.post(f"{API}/holds/{{hold}}/lift", status_code=204)
def lift(opened: Opened, person: Viewer, store: Kept, hold: Identity, body: ReasonForm) -> None:
    """Take an accepted move back."""
    lift_hold(store, opened.key, person, hold, body.reason)


@router.post(f"{API}/approvals")
def approve_plan(
    opened: Opened, person: Viewer, store: Kept, settings: Told, body: ApprovalForm
) -> list[dict[str, Any]]:
    """Approve territories, or the plan."""
    levels = approve(
        store,
        opened,
        person,
        body.level,
        settings.parameters.approval.levels,
        territories=body.territories,
        comment=body.comment,
    )
    return [state.as_dict() for state in levels]


@router.post(f"{API}/approvals/withdraw")
def withdraw_approval(
    opened: Opened, person: Viewer, store: Kept, settings: Told, body: WithdrawalForm
) -> list[dict[str, Any]]:
    """Take an approval back."""
    levels = settings.parameters.approval.levels
    left = withdraw(store, opened, person, body.level, levels, body.reason)
    return [state.as_dict() for state in left]
