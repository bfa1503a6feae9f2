"""Comments, on anything that one may see."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from planner.review.decisions.comments import (
    Kind,
    add_comment,
    change_comment,
    list_comments,
    remove_comment,
)
from planner.web.context import Kept, Opened, Viewer
from planner.web.forms import Form, Identity, Name, Revision, Text

router = APIRouter(prefix="/api/plans/{plan}/comments", tags=["comments"])


class CommentForm(Form):
    """A new comment."""

    subject_kind: Kind
    subject_id: Name
    body: Text
    for_rep: bool = False


class ChangeForm(Form):
    """A comment in other words."""

    body: Text
    revision: Revision = None


@router.get("")
def show_comments(
    opened: Opened,
    person: Viewer,
    store: Kept,
    subject_kind: Annotated[Kind | None, Query()] = None,
    subject_id: Annotated[Name | None, Query()] = None,
) -> list[dict[str, Any]]:
    """Return the comments that one may read, the earliest first."""
    return list_comments(store, opened, person, subject_kind, subject_id)


@router.post("", status_code=201)
def comment(opened: Opened, person: Viewer, store: Kept, body: CommentForm) -> dict[str, Any]:
    """Comment on something."""
    return add_comment(
        store,
        opened,
        person,
        body.subject_kind,
        body.subject_id,
        body.body,
        for_rep=body.for_rep,
    )


@router.put("/{comment_id}")
def change(
    opened: Opened, person: Viewer, store: Kept, comment_id: Identity, body: ChangeForm
) -> dict[str, Any]:
    """Change one's own comment."""
    return change_comment(store, opened, person, comment_id, body.body, body.revision)


@router.delete("/{comment_id}", status_code=204)
def remove(opened: Opened, person: Viewer, store: Kept, comment_id: Identity) -> None:
    """Take one's own comment down."""
    remove_comment(store, opened, person, comment_id)
