"""The charts and the map of a plan as pictures (PNG), for slides and mails."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.charts import (
    Render,
    balance_chart,
    moves_chart,
    new_chart,
    outcome_chart,
    quota_chart,
    season_chart,
)
from planner.outputs.maps.colours import PALETTE, colour_territories
from planner.outputs.maps.outlines import read_outlines
from planner.outputs.maps.overview import plan_overview
from planner.outputs.naming import slug
from planner.outputs.plan import Floats, Plan
from planner.outputs.polygons import Areas
from planner.outputs.svg import INK, MUTED, PLAN, SETTINGS, short_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

DOTS_PER_INCH, LONGEST_TITLE = 160, 150
MAP_WIDTH, MAP_HEIGHT = 10.2, 6.6
LAND = "#f3f2ed"
# What is wider lies across the seam on the far side of the globe.
HALF_ROUND = 180.0


def write_pictures(plan: Plan, areas: Areas, folder: Path) -> None:
    """Write each chart of the report, and a map of the largest peer group's territories."""
    render = _writer(folder)
    names = [name for name, one in plan.alignment.measures.items() if (one.target > 0).any()]
    files = _file_names(names)
    for name in names:
        balance_chart(plan, name, _writer(folder, files[name]))
    for chart in (moves_chart, quota_chart, outcome_chart, season_chart):
        chart(plan, render)
    _draw_map(plan, areas, render)


def _file_names(measures: list[str]) -> dict[str, str]:
    """Return a file's stem for each measure, unlike the others even where names are alike."""
    files: dict[str, str] = {}
    for name in measures:
        stem, number = f"balance-{slug(name)}", 2
        while stem in files.values():
            stem, number = f"balance-{slug(name)}-{number}", number + 1
        files[name] = stem
    return files


def _writer(folder: Path, stem: str = "") -> Render:
    """Return what writes a figure as a picture: the same figure gives the same bytes."""
    import matplotlib as mpl

    settings: Any = SETTINGS

    def write(figure: Figure, name: str, words: str) -> str:
        path = folder / f"{stem or name}.png"
        with mpl.rc_context(settings), warnings.catch_warnings():
            # A sign that the font lacks is drawn as a box; the id stands beside the name.
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            metadata = {"Software": None, "Description": words.encode("ascii", "replace").decode()}
            figure.savefig(
                path, format="png", dpi=DOTS_PER_INCH, facecolor="white", metadata=metadata
            )
        return path.name

    return write


def _draw_map(plan: Plan, areas: Areas, render: Render) -> None:
    view = plan_overview(plan, areas)
    if not len(view.points):
        return
    colours = colour_territories(areas.shapes, plan.seats.homes, plan.peer_groups)
    near = view.points[view.framed]
    with new_chart(MAP_WIDTH, MAP_HEIGHT) as (figure, axes):
        middle = _middle(near[:, 0])
        _draw_outlines(axes, near, middle)
        for shape, colour, shown in zip(areas.shapes, colours, view.shown.tolist(), strict=True):
            if shape is not None and shown:
                _fill(axes, shape, PALETTE[colour], middle)
        axes.plot(_turn(view.points[:, 0], middle), view.points[:, 1], ".", color=PLAN, ms=2)
        homes = plan.seats.homes[np.isfinite(plan.seats.homes).all(axis=1)]
        axes.plot(_turn(homes[:, 1], middle), homes[:, 0], "s", color=INK, ms=4)
        _frame(axes, _turn(near[:, 0], middle), near[:, 1])
        axes.set_title(short_label(view.words, LONGEST_TITLE), color=MUTED, loc="left")
        render(figure, "map", view.words)


def _draw_outlines(axes: Axes, points: Floats, middle: float) -> None:
    """Draw land, and lines between countries and states, behind what follows."""
    import shapely

    found = read_outlines(points)
    for shape in found.land:
        _fill(axes, shape, LAND, middle, opacity=1.0, edge="none")
    for lines, width in ((found.countries, 0.7), (found.states, 0.25)):
        for line in lines:
            corners = shapely.get_coordinates(line)
            across = _turn(corners[:, 0], middle)
            if np.ptp(across) < HALF_ROUND:
                axes.plot(across, corners[:, 1], color=MUTED, linewidth=width)


def _frame(axes: Axes, longitudes: Floats, latitudes: Floats) -> None:
    """Show what lies around some places, a kilometre as long either way."""
    for limits, values in ((axes.set_xlim, longitudes), (axes.set_ylim, latitudes)):
        low, high = float(values.min()), float(values.max())
        around = max(0.08 * (high - low), 0.4)
        limits(low - around, high + around)
    axes.set_aspect(1 / max(float(np.cos(np.radians(latitudes.mean()))), 0.05))
    axes.set_axis_off()


def _middle(longitudes: Floats) -> float:
    """Return the longitude in the middle of places, whichever side of the date line they are on."""
    turned = np.exp(1j * np.radians(longitudes)).mean()
    return float(np.degrees(np.angle(turned)))


def _turn(longitudes: Floats, middle: float) -> Floats:
    turned: Floats = (longitudes - middle + 180.0) % 360.0 - 180.0
    return turned


def _fill(
    axes: Axes,
    shape: BaseGeometry,
    colour: str,
    middle: float,
    *,
    opacity: float = 0.45,
    edge: str = "white",
) -> None:
    import shapely
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    for part in shapely.get_parts(shape).tolist():
        rings = []
        for ring in (part.exterior, *part.interiors):
            corners = shapely.get_coordinates(ring)
            rings.append(Outline(np.column_stack([_turn(corners[:, 0], middle), corners[:, 1]])))
        outline = Outline.make_compound_path(*rings)
        if np.ptp(np.asarray(outline.vertices)[:, 0]) < HALF_ROUND:
            axes.add_patch(
                PathPatch(outline, facecolor=colour, alpha=opacity, edgecolor=edge, linewidth=0.8)
            )
