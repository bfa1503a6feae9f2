"""What is worked out of an open plan once, for everybody who asks: areas, an index, a bench."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import TYPE_CHECKING, Generic, TypeVar

from planner.review.memory import give_back_memory
from planner.review.plans import PLANS_KEPT, OpenPlan
from planner.review.views.account_index import AccountIndex, index_accounts
from planner.review.views.scenes import Scene, draw_scene

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from planner.outcomes.attainment import Simulation

    Shapes = tuple[BaseGeometry | None, ...]

T = TypeVar("T")
# What takes long is begun after the first page has come.
WARM_AFTER_SECONDS = 2.0


class Once(Generic[T]):
    """A value that the first who asks works out, and the others wait for."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: tuple[T] | None = None

    def get(self) -> T:
        """Return the value."""
        with self._lock:
            if self._made is None:
                self._made = (self._make(),)
            return self._made[0]


class Desk:
    """One version of a plan, with what pages and feeds need of it.

    Parameters
    ----------
    opened
        The version.
    """

    def __init__(self, opened: OpenPlan) -> None:
        self.opened = opened
        self.scene: Once[Scene] = Once(lambda: draw_scene(opened, self.proposed.get()))
        self.index: Once[AccountIndex] = Once(lambda: index_accounts(opened))
        self.drawn: Once[Simulation | None] = Once(self._draw)
        self.proposed: Once[Shapes] = Once(lambda: read_areas(opened))
        self.today: Once[Shapes] = Once(lambda: _today(opened))
        self._warming = Once(self._begin_warming)

    def _draw(self) -> Simulation | None:
        from planner.pipeline.what_if.chances import draw_plan

        return draw_plan(self.opened.bench)

    def warm(self) -> None:
        """Begin in the background what the next clicks will need."""
        self._warming.get()

    def _begin_warming(self) -> None:
        timer = Timer(WARM_AFTER_SECONDS, self._warm)
        timer.daemon = True
        timer.start()

    def _warm(self) -> None:
        self.index.get()
        self.today.get()
        self.drawn.get()
        give_back_memory()


def read_areas(opened: OpenPlan) -> Shapes:
    """Return the area of each proposed territory, as the plan's folder has it."""
    from planner.outputs.polygons import plan_areas

    path = opened.folder / "territories.geojson"
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        areas = {str(one["id"]): one["geometry"] for one in features}
        return tuple(_shape(areas[name]) for name in opened.plan.territory_ids)
    except (OSError, ValueError, KeyError, TypeError):
        # Somebody took the file away or changed it: the plan itself is enough.
        return plan_areas(opened.plan).shapes


def _shape(geometry: dict[str, object] | None) -> BaseGeometry | None:
    from shapely.geometry import shape

    return None if geometry is None else shape(geometry)


def _today(opened: OpenPlan) -> Shapes:
    from planner.outputs.polygons import plan_areas

    return plan_areas(opened.plan, opened.plan.today.seat_of_account).shapes


@dataclass(slots=True)
class Desks:
    """The desks of the plans that were looked at last."""

    _desks: OrderedDict[str, Desk] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, opened: OpenPlan) -> Desk:
        """Return the desk of an open plan; it is made when it is first asked for."""
        with self._lock:
            desk = self._desks.get(opened.key)
            if desk is None or desk.opened is not opened:
                desk = self._desks[opened.key] = Desk(opened)
            self._desks.move_to_end(opened.key)
            while len(self._desks) > PLANS_KEPT:
                self._desks.popitem(last=False)
            return desk
