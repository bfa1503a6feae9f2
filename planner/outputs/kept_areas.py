"""A plan's areas, kept with its state: a change in which no account moves need not draw them again."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from planner.outputs.plan import Floats, Plan
from planner.outputs.polygons import Areas
from planner.outputs.state import write_arrays

FILE = "areas.npz"
NONE = -1


def write_areas(areas: Areas, state: Path) -> None:
    """Write areas into a state's folder, exactly.

    Parameters
    ----------
    areas
        As they were drawn.
    state
        The folder.
    """
    import shapely

    shapes = [b"" if shape is None else shapely.to_wkb(shape) for shape in areas.shapes]
    sizes = [
        NONE if shape is None else len(b) for shape, b in zip(areas.shapes, shapes, strict=True)
    ]
    write_arrays(
        {
            "shapes": np.frombuffer(b"".join(shapes), dtype=np.uint8),
            "sizes": np.array(sizes, dtype=np.int64),
        },
        state / FILE,
    )


def read_areas(plan: Plan, state: Path) -> Areas | None:
    """Return the areas kept with a plan's state, None where there are none that can be read.

    Parameters
    ----------
    plan
        The plan of that state.
    state
        The folder.
    """
    import shapely
    from shapely.errors import ShapelyError

    try:
        with np.load(state / FILE, allow_pickle=False) as stored:
            whole, sizes = stored["shapes"].tobytes(), stored["sizes"]
        ends = np.cumsum(np.maximum(sizes, 0)).tolist()
        found = [
            None if size == NONE else shapely.from_wkb(whole[end - size : end])
            for size, end in zip(sizes.tolist(), ends, strict=True)
        ]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ShapelyError):
        return None
    if len(found) != len(plan.territory_ids):
        return None
    return Areas(shapes=tuple(found), groups=plan.peer_groups)


def same_ground(plan: Plan, other: Plan) -> bool:
    """Return whether the areas of two plans differ only by who serves which account.

    Parameters
    ----------
    plan, other
        Two plans; their territories must be the same, in the same groups, and their accounts in
        the same places.
    """
    ours, theirs = plan.data, other.data
    if ours.units is not theirs.units or ours.boundary is not theirs.boundary:
        return False
    names = ["account_id", "unit_id"]
    return (
        plan.provenance.versions == other.provenance.versions
        and plan.territory_ids == other.territory_ids
        and plan.peer_groups == other.peer_groups
        and np.array_equal(plan.seats.travels, other.seats.travels)
        and np.array_equal(np.isnan(plan.seats.homes), np.isnan(other.seats.homes))
        and ours.accounts.filter(items=names).equals(theirs.accounts.filter(items=names))
        and np.array_equal(_points(plan), _points(other), equal_nan=True)
    )


def _points(plan: Plan) -> Floats:
    columns = plan.data.accounts[["latitude", "longitude"]]
    return columns.to_numpy(dtype=np.float64, na_value=np.nan)
