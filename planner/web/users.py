"""Who may use the application: for operations, and the owner."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from planner.review.record import read_record
from planner.review.roles import NAMED_ROLES
from planner.review.users import (
    add_user,
    change_role,
    end_sessions,
    list_users,
    remove_user,
)
from planner.web.context import Kept, Viewer, require
from planner.web.forms import Form, Name, Revision, Text
from planner.web.pages import Navigation, render

router = APIRouter(tags=["users"])
NAVIGATION = (Navigation(label="Users", path="/users", order=90, roles=("owner", "operations")),)


class UserForm(Form):
    """A new user."""

    name: Name
    role: Name
    rep_id: Name | None = None
    password: Text | None = None


class RoleForm(Form):
    """Another role for a user."""

    role: Name
    rep_id: Name | None = None
    revision: Revision = None


@router.get("/users", response_class=HTMLResponse, tags=["pages"])
def show_users(request: Request, person: Viewer, store: Kept) -> HTMLResponse:
    """Show the users."""
    require(person, "administer")
    users = list_users(store, person)
    return render(request, "users.html", person, users=users, roles=NAMED_ROLES)


@router.get("/api/users")
def show_user_list(person: Viewer, store: Kept) -> list[dict[str, Any]]:
    """Return the users."""
    return list_users(store, person)


@router.post("/api/users", status_code=201)
def add(person: Viewer, store: Kept, body: UserForm) -> dict[str, Any]:
    """Add a user."""
    return add_user(
        store,
        person,
        body.name,
        body.role,
        rep_id=body.rep_id or None,
        password=body.password or None,
    )


@router.put("/api/users/{name:path}")
def change(person: Viewer, store: Kept, name: Name, body: RoleForm) -> dict[str, Any]:
    """Give a user another role."""
    return change_role(
        store, person, name, body.role, rep_id=body.rep_id or None, revision=body.revision
    )


@router.delete("/api/users/{name:path}", status_code=204)
def remove(person: Viewer, store: Kept, name: Name) -> None:
    """Take a user's access away."""
    remove_user(store, person, name)


@router.post("/api/users/{name:path}/revoke")
def revoke(person: Viewer, store: Kept, name: Name) -> dict[str, int]:
    """End every session of a user."""
    return {"sessions": end_sessions(store, person, name)}


@router.get("/api/record.json", response_class=JSONResponse, tags=["record"])
def export_whole_record(person: Viewer, store: Kept) -> Response:
    """Return the record of every plan, and of the users."""
    require(person, "administer")
    steps = read_record(store, person, None, frozenset(), limit=None)
    headers = {"Content-Disposition": 'attachment; filename="record.json"'}
    return JSONResponse(list(reversed(steps)), headers=headers)
