"""Versions of a plan, and what differs between two of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from planner.review.people import Person
from planner.review.plans import PlanRegistry
from planner.review.roles import ROLES, Role
from planner.review.store import Store
from planner.review.versions import VersionView, list_versions, may_open, read_version
from planner.review.views.differences import SHOWN, find_difference
from planner.web.context import Kept, Opened, Plans, Viewer
from planner.web.failures import NotAllowedError, NotFoundError
from planner.web.pages import Navigation, render

router = APIRouter()
READERS: tuple[Role, ...] = tuple(role for role in ROLES if role != "rep")
NAVIGATION = (Navigation(label="Versions", path="/plans/{plan}/versions", roles=READERS, order=60),)


@router.get("/plans/{plan}/versions", response_class=HTMLResponse)
def show_versions(
    request: Request,
    opened: Opened,
    person: Viewer,
    plans: Plans,
    store: Kept,
    against: Annotated[str, Query(alias="with", max_length=200)] = "",
) -> HTMLResponse:
    """Show a plan's versions, and what changed since an earlier one."""
    if person.role not in READERS:
        raise NotAllowedError
    this = read_version(store, opened.key)
    others = _others(store, plans, person, this)
    chosen = _choose(others, this, against)
    difference = None if chosen is None else find_difference(plans.get(chosen), opened, person)
    return render(
        request,
        "versions.html",
        person,
        plan=opened.key,
        name=opened.plan.provenance.name,
        this=this,
        others=others,
        chosen=chosen,
        difference=difference,
        shown=SHOWN,
        currency=opened.plan.data.currency.code,
    )


def _others(
    store: Store, plans: PlanRegistry, person: Person, this: VersionView
) -> list[VersionView]:
    return [
        version
        for version in list_versions(store, this.lineage)
        if version.key != this.key and version.key in plans and may_open(person, version)
    ]


def _choose(others: list[VersionView], this: VersionView, against: str) -> str | None:
    keys = [version.key for version in others]
    if against:
        if against not in keys:
            raise NotFoundError
        return against
    return this.parent if this.parent in keys else keys[-1] if keys else None
