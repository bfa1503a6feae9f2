"""The basket of moves that somebody tries, with undo and redo."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from planner.review.decisions.baskets import (
    add_step,
    empty_basket,
    read_basket,
    step_back,
    step_forward,
)
from planner.web.context import Kept, Opened, Viewer, require
from planner.web.forms import Form, Name, Revision

router = APIRouter(prefix="/api/plans/{plan}/basket", tags=["basket"])


class Moves(Form):
    """Accounts that are to move."""

    moves: dict[Name, Name] = Field(description="territory_id by account_id")
    revision: Revision = None


@router.get("")
def show_basket(opened: Opened, person: Viewer, store: Kept) -> dict[str, Any]:
    """Return the moves in the basket."""
    require(person, "propose")
    return read_basket(store, opened, person).as_dict()


@router.post("")
def move(opened: Opened, person: Viewer, store: Kept, body: Moves) -> dict[str, Any]:
    """Move accounts in the basket."""
    return add_step(store, opened, person, body.moves, body.revision).as_dict()


@router.post("/undo")
def undo(opened: Opened, person: Viewer, store: Kept) -> dict[str, Any]:
    """Take the last step back."""
    return step_back(store, opened, person).as_dict()


@router.post("/redo")
def redo(opened: Opened, person: Viewer, store: Kept) -> dict[str, Any]:
    """Take the step that was undone again."""
    return step_forward(store, opened, person).as_dict()


@router.post("/clear")
def clear(opened: Opened, person: Viewer, store: Kept) -> dict[str, Any]:
    """Take every move out."""
    return empty_basket(store, opened, person).as_dict()
