"""What moves would do, before they are made; and why things are as they are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from planner.review.views.effects import describe_chances, describe_moves
from planner.review.views.explanations import why_account, why_territory
from planner.web.context import Viewer, require
from planner.web.desks import AtDesk
from planner.web.failures import NotFoundError

router = APIRouter()
MOST_MOVES = 20_000
Name = Annotated[str, Field(max_length=400)]


class Moves(BaseModel):
    """Territory by account."""

    model_config = ConfigDict(extra="forbid")

    moves: dict[str, Name] = Field(max_length=MOST_MOVES)


@router.post("/api/plans/{plan}/whatif")
def weigh(desk: AtDesk, person: Viewer, asked: Moves) -> dict[str, Any]:
    """Say what moves would do to balance, rules, travel, cost and quotas."""
    require(person, "propose")
    return describe_moves(desk, person, asked.moves)


@router.post("/api/plans/{plan}/whatif/chances")
def foresee(desk: AtDesk, person: Viewer, asked: Moves) -> dict[str, Any] | None:
    """Say what moves would do to who reaches his quota."""
    require(person, "propose")
    return describe_chances(desk, person, asked.moves)


@router.get("/api/plans/{plan}/explanations/accounts/{account:path}")
def explain_account(desk: AtDesk, person: Viewer, account: str) -> dict[str, Any]:
    """Say why an account is where it is."""
    found = why_account(desk, person, account)
    if found is None:
        raise NotFoundError
    return found


@router.get("/api/plans/{plan}/explanations/territories/{territory:path}")
def explain_territory(desk: AtDesk, person: Viewer, territory: str) -> dict[str, Any]:
    """Say what a territory has, and what binds it."""
    found = why_territory(desk, person, territory)
    if found is None:
        raise NotFoundError
    return found
