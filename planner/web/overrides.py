"""Quotas set by hand, by finance."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from planner.review.decisions.overrides import list_overrides, set_override
from planner.web.context import Kept, Opened, Viewer
from planner.web.decisions import require_reviewer
from planner.web.forms import Form, Name, Revision, Text

router = APIRouter(prefix="/api/plans/{plan}/overrides", tags=["overrides"])
Amount = Annotated[Decimal, Field(ge=0, lt=Decimal(10) ** 15, allow_inf_nan=False)]


class OverrideForm(Form):
    """Somebody's quota of the whole plan."""

    rep_id: Name
    quota: Amount | None = Field(description="Units of the plan currency; null lifts it.")
    reason: Text
    revision: Revision = None


@router.get("")
def show_overrides(opened: Opened, person: Viewer, store: Kept) -> list[dict[str, Any]]:
    """Return the overrides in force, of those whose quota one may see."""
    require_reviewer(person)
    return list_overrides(store, opened, person)


@router.post("")
def override(opened: Opened, person: Viewer, store: Kept, body: OverrideForm) -> dict[str, Any]:
    """Set somebody's quota by hand, or lift what was set."""
    return set_override(store, opened, person, body.rep_id, body.quota, body.reason, body.revision)
