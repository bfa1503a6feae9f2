"""Maps as drawings: areas, accounts and homes in a frame, flat enough for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.maps.outlines import Box, Outlines, cut_outlines
from planner.outputs.pdf.sheet import Sheet
from planner.outputs.plan import Bools, Floats
from planner.outputs.svg import INK, LINE, MUTED, PLAN, TODAY

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

OTHERS = "#e3e8ec"
LAND = "#f6f5f0"
KM_PER_DEGREE = 111.32
# A map of one place still shows some country around it.
SMALLEST_DEGREES = 0.15
DOT = 1.5
MOST_DOTS = 4_000
BARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What tells a reader where he is.

    Parameters
    ----------
    outlines
        Land, and lines of countries and states.
    cities
        Longitude, latitude and name, the largest first.
    """

    outlines: Outlines
    cities: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a piece of the globe is on the page: longitudes shrink with the middle's latitude.

    Parameters
    ----------
    left, bottom, width, height
        Of the drawing, in points.
    longitude, latitude
        What lies in the middle, degrees.
    scale
        Points for each degree of latitude.
    """

    left: float
    bottom: float
    width: float
    height: float
    longitude: float
    latitude: float
    scale: float

    @property
    def squeeze(self) -> float:
        """Return how much shorter a degree of longitude is than one of latitude."""
        return max(float(np.cos(np.radians(self.latitude))), 0.05)

    @property
    def middle(self) -> tuple[float, float]:
        """Return the middle of the drawing on the page."""
        return self.left + self.width / 2, self.bottom + self.height / 2

    def place(self, points: Floats) -> Floats:
        """Return x and y on the page of longitudes and latitudes, (points, 2)."""
        turned = (points[:, 0] - self.longitude + 180.0) % 360.0 - 180.0
        x = self.left + self.width / 2 + turned * self.squeeze * self.scale
        y = self.bottom + self.height / 2 + (points[:, 1] - self.latitude) * self.scale
        return np.column_stack([x, y])

    def box(self) -> Box:
        """Return west, south, east and north of what the frame shows, degrees."""
        wide = self.width / 2 / self.scale / self.squeeze
        high = self.height / 2 / self.scale
        middle = (self.longitude + 180.0) % 360.0 - 180.0
        return middle - wide, self.latitude - high, middle + wide, self.latitude + high

    def holds(self, points: Floats) -> Bools:
        """Return which points of the page lie inside the frame, (points,)."""
        x, y = points.T
        inside: Bools = (
            (x >= self.left)
            & (x <= self.left + self.width)
            & (y >= self.bottom)
            & (y <= self.bottom + self.height)
        )
        return inside


def frame_around(points: Floats, box: tuple[float, float, float, float]) -> Frame:
    """Return the frame that shows all points, whichever side of the date line they are on.

    Parameters
    ----------
    points
        Longitude and latitude in degrees, (points, 2), at least one.
    box
        left, bottom, width and height on the page.
    """
    west, span = _longitudes(points[:, 0])
    south, north = float(points[:, 1].min()), float(points[:, 1].max())
    latitude = (south + north) / 2
    squeeze = max(float(np.cos(np.radians(latitude))), 0.05)
    wide = max(span * squeeze, SMALLEST_DEGREES) * 1.12
    high = max(north - south, SMALLEST_DEGREES) * 1.12
    return Frame(
        left=box[0],
        bottom=box[1],
        width=box[2],
        height=box[3],
        longitude=west + span / 2,
        latitude=latitude,
        scale=min(box[2] / wide, box[3] / high),
    )


def _longitudes(values: Floats) -> tuple[float, float]:
    """Return the western end and the width of the shortest arc that holds all longitudes."""
    ordered = np.unique(values % 360.0)
    gaps = np.diff(np.append(ordered, ordered[0] + 360.0))
    widest = int(gaps.argmax())
    west = float(ordered[(widest + 1) % len(ordered)])
    return west, float(360.0 - gaps[widest])


class Picture:
    """A drawing of a map inside a frame, clipped to it.

    Parameters
    ----------
    sheet
        The page.
    frame
        What it shows, and where.
    """

    def __init__(self, sheet: Sheet, frame: Frame) -> None:
        self.sheet, self.frame, self.canvas = sheet, frame, sheet.canvas

    def begin(self) -> None:
        """Clip what follows to the frame, on white."""
        self.canvas.saveState()
        path = self.canvas.beginPath()
        path.rect(self.frame.left, self.frame.bottom, self.frame.width, self.frame.height)
        self.canvas.clipPath(path, stroke=0, fill=0)

    def end(self) -> None:
        """Stop clipping and draw the border."""
        self.canvas.restoreState()
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.8)
        frame = self.frame
        self.canvas.rect(frame.left, frame.bottom, frame.width, frame.height, stroke=1, fill=0)

    def background(self, background: Background) -> None:
        """Draw land, and lines between countries and states."""
        seen = cut_outlines(background.outlines, self.frame.box())
        for shape in seen.land:
            self.area(shape, LAND, edged=False)
        for lines, width in ((seen.countries, 0.7), (seen.states, 0.25)):
            for line in lines:
                self._line(line, width)

    def _line(self, line: BaseGeometry, width: float) -> None:
        import shapely

        placed = self.frame.place(shapely.get_coordinates(line)).tolist()
        path = self.canvas.beginPath()
        path.moveTo(*placed[0])
        for x, y in placed[1:]:
            path.lineTo(x, y)
        self.canvas.setStrokeColor(MUTED)
        self.canvas.setLineWidth(width)
        self.canvas.drawPath(path, stroke=1, fill=0)

    def area(
        self, shape: BaseGeometry, fill: str, *, opacity: float = 1.0, edged: bool = True
    ) -> None:
        """Fill an area, holes left out, with a white border; one beside the frame is not drawn."""
        if not self._reaches(shape):
            return
        path = self.canvas.beginPath()
        drawn = False
        for ring in self._rings(shape):
            drawn = True
            path.moveTo(*ring[0])
            for x, y in ring[1:]:
                path.lineTo(x, y)
            path.close()
        if not drawn:
            return
        self.canvas.setFillColor(fill, alpha=opacity)
        self.canvas.setStrokeColor("#ffffff", alpha=1)
        self.canvas.setLineWidth(0.6)
        self.canvas.drawPath(path, stroke=int(edged), fill=1, fillMode=0)
        self.canvas.setFillColor(INK, alpha=1)

    def _reaches(self, shape: BaseGeometry) -> bool:
        """Return whether any part of a shape may lie in the frame."""
        import shapely

        west, south, east, north = shapely.bounds(shapely.get_parts(shape)).T
        middle = np.column_stack([(west + east) / 2, (south + north) / 2])
        away = np.abs(self.frame.place(middle) - self.frame.middle)
        wide = (east - west) * self.frame.squeeze * self.frame.scale + self.frame.width
        high = (north - south) * self.frame.scale + self.frame.height
        return bool(((away[:, 0] <= wide / 2) & (away[:, 1] <= high / 2)).any())

    def _rings(self, shape: BaseGeometry) -> Iterator[list[list[float]]]:
        import shapely

        for part in shapely.get_parts(shape).tolist():
            for ring in (part.exterior, *part.interiors):
                placed = self.frame.place(shapely.get_coordinates(ring))
                # A ring on the far side of the globe would be drawn across the page.
                if np.ptp(placed[:, 0]) < 300 * self.frame.scale * self.frame.squeeze:
                    yield placed.tolist()

    def dots(self, points: Floats, mark: str) -> None:
        """Draw accounts: ``stays`` filled, ``comes`` a triangle, ``goes`` an open ring."""
        placed = self.frame.place(points)
        step = max(1, -(-len(placed) // MOST_DOTS))
        self.canvas.setLineWidth(0.8)
        for x, y in placed[self.frame.holds(placed)][::step].tolist():
            MARKS[mark](self.canvas, x, y)

    def home(self, point: Floats) -> None:
        """Draw a home as a square."""
        if not np.isfinite(point).all():
            return
        ((x, y),) = self.frame.place(point[None, ::-1]).tolist()
        draw_home(self.canvas, x, y)

    def cities(self, cities: Sequence[tuple[float, float, str]], most: int) -> None:
        """Name the largest cities in the frame, none over another."""
        taken: list[tuple[float, float, float]] = []
        for longitude, latitude, name in cities:
            ((x, y),) = self.frame.place(np.array([[longitude, latitude]])).tolist()
            width = 4.0 * len(name)
            inside = self.frame.holds(np.array([[x, y], [x + width, y + 6]])).all()
            if not inside or any(
                abs(y - other_y) < 9 and x < other_x + other_width and other_x < x + width
                for other_x, other_y, other_width in taken
            ):
                continue
            self.sheet.text(name, x + 2, y, size=6.5, colour=MUTED)
            taken.append((x, y, width))
            if len(taken) == most:
                break

    def scale_bar(self) -> None:
        """Draw how long some kilometres are."""
        per_km = self.frame.scale / KM_PER_DEGREE
        fitting = [km for km in BARS if km * per_km <= self.frame.width / 4] or [BARS[0]]
        length, x, y = fitting[-1] * per_km, self.frame.left + 6, self.frame.bottom + 6
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(1)
        self.canvas.line(x, y, x + length, y)
        self.sheet.text(f"{fitting[-1]:,} km", x, y + 3, size=6)


def _stays(canvas: Any, x: float, y: float) -> None:
    canvas.setFillColor(PLAN)
    canvas.circle(x, y, DOT * 0.8, stroke=0, fill=1)


def _comes(canvas: Any, x: float, y: float) -> None:
    canvas.setFillColor("#1b7f4d")
    path = canvas.beginPath()
    path.moveTo(x - DOT * 1.4, y - DOT)
    path.lineTo(x + DOT * 1.4, y - DOT)
    path.lineTo(x, y + DOT * 1.6)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _goes(canvas: Any, x: float, y: float) -> None:
    canvas.setStrokeColor(TODAY)
    canvas.circle(x, y, DOT * 1.1, stroke=1, fill=0)


def draw_home(canvas: Any, x: float, y: float) -> None:
    """Draw a home as a square with a white edge."""
    canvas.setFillColor(INK)
    canvas.setStrokeColor("#ffffff")
    canvas.setLineWidth(0.8)
    canvas.rect(x - 3, y - 3, 6, 6, stroke=1, fill=1)


MARKS = {"stays": _stays, "comes": _comes, "goes": _goes}
