"""Areas kept with a plan's state: the same shapes, or none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from planner.outputs.kept_areas import FILE, read_areas, same_ground, write_areas
from planner.outputs.maps.page import draw_map
from planner.outputs.plan import Plan
from planner.outputs.polygons import plan_areas
from planner.outputs.writing import draw_beside, draw_both
from planner.second_process import Answer, Here


class Noting(Here):
    """Whoever does work at once, and notes what it was."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def submit(self, work: Callable[..., Answer], *given: Any) -> Future[Answer]:
        """Do the work."""
        self.asked.append(work.__name__)
        return super().submit(work, *given)


def test_shapes_come_back_exactly(company: Plan, tmp_path: Path) -> None:
    """Every point in its order; a territory without an area stays without."""
    areas = plan_areas(company)
    without = replace(areas, shapes=(None, *areas.shapes[1:]))
    write_areas(without, tmp_path)
    found = read_areas(company, tmp_path)
    assert found is not None
    assert found.shapes[0] is None
    assert found.groups == areas.groups
    assert [shapely.to_wkb(one) for one in found.shapes[1:]] == [
        shapely.to_wkb(one) for one in areas.shapes[1:]
    ]
    first = (tmp_path / FILE).read_bytes()
    write_areas(without, tmp_path)
    assert (tmp_path / FILE).read_bytes() == first


@pytest.mark.parametrize(
    "kept",
    [
        None,
        b"no file of arrays",
        {"shapes": np.zeros(3, dtype=np.uint8)},
        {"shapes": np.zeros(3, dtype=np.uint8), "sizes": np.array([1, 1, 1])},
        {"shapes": np.zeros(0, dtype=np.uint8), "sizes": np.array([-1])},
    ],
)
def test_what_cannot_be_read_is_drawn_again(
    company: Plan, tmp_path: Path, kept: bytes | dict[str, np.ndarray] | None
) -> None:
    """No file, a damaged one, and one of another plan give no areas, and no error."""
    if isinstance(kept, bytes):
        (tmp_path / FILE).write_bytes(kept)
    elif kept is not None:
        np.savez(tmp_path / FILE, **kept)  # type: ignore[arg-type]  # numpy's stubs know no mapping
    assert read_areas(company, tmp_path) is None


def test_areas_are_kept_where_nothing_moved(company: Plan, tmp_path: Path) -> None:
    """Only the map is drawn of a plan with the same accounts in the same seats as before."""
    (tmp_path / "state").mkdir()
    areas, today = draw_both(company)
    write_areas(areas, tmp_path / "state")
    beside = Noting()
    drawn = draw_beside(company, beside, company, tmp_path)
    assert [one.shapes for one in drawn.areas.result()] == [areas.shapes, today.shapes]
    assert drawn.page is not None
    assert drawn.page.result() == draw_map(company, areas.shapes, today.shapes)
    moved = company.territory_of_account.copy()
    moved[0] = (moved[0] + 1) % len(company.territory_ids)
    changed = replace(company, territory_of_account=moved)
    again = draw_beside(changed, beside, company, tmp_path)
    assert again.page is None
    assert again.areas.result() == draw_both(changed)
    assert beside.asked == ["draw_map", "draw_both"]


def test_another_place_is_other_ground(company: Plan) -> None:
    """Where an account moves, a seat goes, or other libraries draw, all is drawn again."""
    accounts = company.data.accounts
    shifted = accounts.assign(latitude=accounts["latitude"] + 0.001)
    others = (
        replace(company, data=replace(company.data, accounts=shifted)),
        replace(company, peer_groups=("else", *company.peer_groups[1:])),
        replace(company, provenance=replace(company.provenance, versions={"shapely": "0"})),
    )
    assert same_ground(company, company)
    assert not any(same_ground(company, other) for other in others)
