"""What the map of a plan shows whoever looks: worked out once, blanked for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.inputs.cities import read_cities
from planner.outputs.maps.payload import (
    SHOWN_FROM,
    borders,
    describe_measures,
    describe_territories,
    group_names,
    largest_places,
    outlines,
)
from planner.outputs.moves import plan_moves
from planner.outputs.plan import Bools
from planner.review.plans import OpenPlan

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The map without its accounts.

    Parameters
    ----------
    frame
        Name, currency, groups, measures, places and outlines: nothing that is hidden from anybody.
    territories
        Each with its figures and its area.
    moved
        Whether each account leaves its owner, (accounts,).
    """

    frame: dict[str, Any]
    territories: list[dict[str, Any]]
    moved: Bools


def read_background() -> None:
    """Read the world's cities; before a plan, so that it takes up the room that they leave."""
    read_cities(SHOWN_FROM)


def draw_scene(opened: OpenPlan, proposed: Sequence[BaseGeometry | None]) -> Scene:
    """Return the map of a plan.

    Parameters
    ----------
    opened
        The plan.
    proposed
        Area of each territory, (territories,).
    """
    plan = opened.plan
    accounts, groups = plan.data.accounts, group_names(plan)
    nothing = (None,) * len(plan.territory_ids)
    return Scene(
        frame={
            "name": plan.provenance.name,
            "currency": plan.data.currency.code,
            "groups": groups,
            "measures": describe_measures(plan),
            "places": largest_places(
                accounts["latitude"].to_numpy(float), accounts["longitude"].to_numpy(float)
            ),
            "borders": borders(plan),
            "outlines": outlines(plan),
        },
        territories=describe_territories(plan, proposed, nothing, groups),
        moved=plan_moves(plan),
    )
