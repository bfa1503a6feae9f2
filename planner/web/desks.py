"""What routes about one plan depend on: its desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from planner.review.memory import give_back_memory
from planner.review.views.desks import Desk, Desks
from planner.web.context import Opened


def prepare_desks(application: FastAPI) -> None:
    """Give an application its desks, the newest plan's ready for the first who looks."""
    desks = application.state.desks = Desks()
    for key in application.state.plans.keys[-1:]:
        desk = desks.get(application.state.plans.get(key))
        desk.scene.get()
        desk.index.get()
    give_back_memory()


def current_desks(request: Request) -> Desks:
    """Return the desks of the application."""
    desks: Desks = request.app.state.desks
    return desks


def opened_desk(opened: Opened, desks: Annotated[Desks, Depends(current_desks)]) -> Desk:
    """Return the desk of the plan that an address names."""
    return desks.get(opened)


AtDesk = Annotated[Desk, Depends(opened_desk)]
