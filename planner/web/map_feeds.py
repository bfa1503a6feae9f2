"""The map's feeds, and the scripts that it shares with the one-file map."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from fastapi import APIRouter, Response

from planner.review.views.map_feed import describe_map, describe_today, pack_points
from planner.web.context import Told, Viewer
from planner.web.desks import AtDesk
from planner.web.failures import NotFoundError

router = APIRouter()
MODULES = frozenset({"renderer.js", "geometry.js", "colouring.js", "gestures.js", "tiles.js"}) | {
    *("cartography.js", "dots.js", "overlays.js")
}


@router.get("/assets/map/{name}")
def give_module(name: str) -> Response:
    """Give one of the renderer's modules; they hold nothing of any plan."""
    if name not in MODULES:
        raise NotFoundError
    script = (resources.files("planner.outputs.maps") / "static" / name).read_bytes()
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/api/plans/{plan}/map")
def give_map(desk: AtDesk, person: Viewer, told: Told) -> Response:
    """Give territories, measures and places."""
    tiles = {"tiles": told.parameters.tile_server, "credit": told.parameters.tile_credit}
    described = {**describe_map(desk, person), **tiles}
    return _plain(described)


def _plain(values: Any) -> Response:
    # Areas are long lists of plain numbers: checking each again would take longer than the rest.
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, media_type="application/json")


@router.get("/api/plans/{plan}/map/points")
def give_points(desk: AtDesk, person: Viewer) -> Response:
    """Give the accounts as packed numbers."""
    points = pack_points(desk, person)
    desk.warm()
    return Response(points, media_type="application/octet-stream")


@router.get("/api/plans/{plan}/map/today")
def give_today(desk: AtDesk, person: Viewer) -> Response:
    """Give the areas of today's territories."""
    return _plain(describe_today(desk, person))
