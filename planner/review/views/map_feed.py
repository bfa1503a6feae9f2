"""What the map of a plan shows to one person: territories as JSON, accounts as packed numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planner.outputs.maps.payload import DEGREE_STEPS, ring_lists
from planner.review.people import Person
from planner.review.views.desks import Desk
from planner.review.visibility import sees_whole_plan, territory_mask, visible_accounts

Floats = npt.NDArray[np.float64]
# A place that is not known; the same number stands in geometry.js.
UNPLACED = -(2**31)


def describe_map(desk: Desk, person: Person) -> dict[str, Any]:
    """Return territories, measures and places; what a person may not see is left blank.

    Parameters
    ----------
    desk
        The plan.
    person
        Who looks.
    """
    scene, mask = desk.scene.get(), territory_mask(desk.opened, person).tolist()
    seen = visible_accounts(desk.opened, person)
    named = _named(desk, person)
    shown = zip(scene.territories, mask, named, strict=True)
    return {
        **scene.frame,
        "territories": [
            one if visible else _blank(one, known=known) for one, visible, known in shown
        ],
        "accounts": int(seen.sum()),
        "moved": int((scene.moved & seen).sum()),
        "whole": sees_whole_plan(person),
    }


def _named(desk: Desk, person: Person) -> list[bool]:
    """Return whose names a person may know: a rep those that his accounts come from or go to."""
    plan = desk.opened.plan
    count = len(plan.territory_ids)
    if person.role != "rep":
        return [True] * count
    seen = visible_accounts(desk.opened, person)
    served = np.union1d(plan.territory_of_account[seen], plan.today.seat_of_account[seen])
    named: list[bool] = np.isin(np.arange(count), served).tolist()
    return named


def _blank(territory: dict[str, Any], *, known: bool) -> dict[str, Any]:
    """Return a territory by name alone: somebody may propose to move an account there."""
    return {
        "id": territory["id"] if known else "",
        "rep": territory["rep"] if known else "",
        "group": territory["group"],
        "colour": territory["colour"],
        "home": None,
        "shape": {"proposed": None, "today": None},
        "hidden": True,
    }


def describe_today(desk: Desk, person: Person) -> list[Any]:
    """Return the area of each territory today, None where it has none or is not for the person."""
    mask = territory_mask(desk.opened, person).tolist()
    return [
        ring_lists(shape) if shown else None
        for shape, shown in zip(desk.today.get(), mask, strict=True)
    ]


def pack_points(desk: Desk, person: Person) -> bytes:
    """Return every account that a person may see, as arrays of little-endian numbers.

    Position, longitude and latitude (in hundred-thousandths of a degree) take four bytes each,
    the proposed and today's territory two each, and the flags (1 moves, 2 held) one.
    """
    plan = desk.opened.plan
    chosen = np.flatnonzero(visible_accounts(desk.opened, person))
    table = plan.data.accounts
    flags = desk.scene.get().moved.astype(np.uint8) + 2 * plan.held.astype(np.uint8)
    longitude = table["longitude"].to_numpy(dtype=np.float64, na_value=np.nan)
    latitude = table["latitude"].to_numpy(dtype=np.float64, na_value=np.nan)
    return b"".join(
        [
            chosen.astype("<i4").tobytes(),
            _steps(longitude[chosen]),
            _steps(latitude[chosen]),
            plan.territory_of_account[chosen].astype("<i2").tobytes(),
            plan.today.seat_of_account[chosen].astype("<i2").tobytes(),
            flags[chosen].tobytes(),
        ]
    )


def _steps(degrees: Floats) -> bytes:
    placed = np.isfinite(degrees)
    steps = np.where(placed, np.rint(np.where(placed, degrees, 0.0) * DEGREE_STEPS), UNPLACED)
    return steps.astype("<i4").tobytes()
