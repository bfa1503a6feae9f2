"""Accounts by page, by position, by words; and as a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from planner.outputs.naming import slug
from planner.review.views.account_index import AccountQuery
from planner.review.views.account_rows import (
    list_columns,
    name_accounts,
    page_accounts,
    write_accounts,
)
from planner.web.context import Viewer, require
from planner.web.desks import AtDesk

router = APIRouter()
MOST_POSITIONS = 100_000
Words = Annotated[str, Field(max_length=200)]


class Asked(BaseModel):
    """Which accounts, in which order, which page."""

    model_config = ConfigDict(extra="forbid")

    search: Words = ""
    territory: Words = ""
    previous: Words = ""
    state: Words = ""
    segment: Words = ""
    positions: list[int] | None = Field(default=None, max_length=MOST_POSITIONS)
    sort: Words = "account_id"
    descending: bool = False
    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=50, ge=1, le=500)
    with_positions: bool = False

    def query(self) -> AccountQuery:
        """Return what is asked, without the page."""
        return AccountQuery(
            search=self.search,
            territory=self.territory,
            previous=self.previous,
            state=self.state,
            segment=self.segment,
            positions=None if self.positions is None else tuple(self.positions),
            sort=self.sort,
            descending=self.descending,
        )


class Positions(BaseModel):
    """Accounts by their position."""

    positions: list[int] = Field(max_length=MOST_POSITIONS)


def asked_by_address(
    search: Annotated[str, Query(max_length=200)] = "",
    territory: Annotated[str, Query(max_length=200)] = "",
    previous: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    segment: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str, Query(max_length=200)] = "account_id",
    descending: bool = False,
) -> AccountQuery:
    """Return what an address asks for."""
    return AccountQuery(
        search=search,
        territory=territory,
        previous=previous,
        state=state,
        segment=segment,
        sort=sort,
        descending=descending,
    )


@router.get("/api/plans/{plan}/accounts/columns")
def give_columns(desk: AtDesk, person: Viewer) -> list[dict[str, str]]:
    """Give the columns that the table may show."""
    del person
    return list_columns(desk)


@router.post("/api/plans/{plan}/accounts/query")
def give_page(desk: AtDesk, person: Viewer, asked: Asked) -> dict[str, Any]:
    """Give one page of accounts, how many there are, and what they sum to."""
    return page_accounts(
        desk,
        person,
        asked.query(),
        offset=asked.offset,
        limit=asked.limit,
        positions=asked.with_positions,
    )


@router.post("/api/plans/{plan}/accounts/names")
def give_names(desk: AtDesk, person: Viewer, asked: Positions) -> list[dict[str, Any]]:
    """Give ids and names of accounts by their position on the map."""
    return name_accounts(desk, person, asked.positions)


@router.get("/plans/{plan}/accounts.csv")
def give_file(
    desk: AtDesk,
    person: Viewer,
    query: Annotated[AccountQuery, Depends(asked_by_address)],
    columns: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Give what the table shows as a file."""
    require(person, "export")
    names = [name for name in columns.split(",") if name]
    content = write_accounts(desk, person, query, names)
    name = f"{slug(desk.opened.plan.provenance.name) or 'plan'}-accounts.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
