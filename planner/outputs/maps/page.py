"""The map as one HTML file: page, style, script and data inside it, nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.findings import count_of
from planner.outputs.maps.colours import PALETTE
from planner.outputs.maps.payload import Shapes, build_payload, group_names
from planner.outputs.plan import Plan
from planner.outputs.polygons import Areas, plan_areas

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
SVG_HEIGHT = 1000.0
MODULES = (
    *("geometry.js", "colouring.js", "gestures.js", "tiles.js", "dots.js", "cartography.js"),
    *("overlays.js", "renderer.js", "page.js"),
)


def draw_map(plan: Plan, proposed: Shapes, today: Shapes) -> str:
    """Return the map's page.

    Parameters
    ----------
    plan
        The plan to show.
    proposed, today
        Area of each territory in degrees (WGS 84), None where it has none, (territories,).
    """
    import jinja2

    payload = build_payload(plan, proposed, today)
    style, script = _read("map.css"), _join_scripts()
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (resources.files(__package__) / "page.html.j2").read_text(encoding="utf-8")
    )
    moved, territories = sum(flag & 1 for flag in payload["flags"]), len(payload["territories"])
    return template.render(
        title=plan.provenance.name,
        subtitle=f"{count_of(len(payload['ids']), 'account')}, {count_of(territories, 'territory')}, "
        f"{count_of(moved, 'account', 'changes', 'change')} rep{_word_unplaced(plan)}",
        groups=group_names(plan),
        main_group=0,
        measures=[measure["label"] for measure in payload["measures"]],
        data=escape_json(payload),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        **_picture(plan, proposed, payload),
    )


def _word_unplaced(plan: Plan) -> str:
    """Return how many accounts the map cannot show, and where none can what would help."""
    points = plan.data.accounts[["latitude", "longitude"]].to_numpy(float)
    missing = int(np.isnan(points).any(axis=1).sum())
    if not missing:
        return ""
    if missing < len(points):
        return f"; {missing:,} without a place are not drawn"
    return "; none has a place: give coordinates, or places of postal codes, to see them here"


def escape_json(values: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign, escape in _ESCAPES.items():
        text = text.replace(sign, escape)
    return text


def _read(name: str) -> str:
    return (resources.files(__package__) / "static" / name).read_text(encoding="utf-8")


def _join_scripts() -> str:
    """Put all modules into one, each before what needs it, as one file has no other to import."""
    parts = [re.sub(r"^import .*\n", "", _read(name), flags=re.MULTILINE) for name in MODULES]
    return "\n".join(re.sub(r"^export ", "", part, flags=re.MULTILINE) for part in parts)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _picture(plan: Plan, proposed: Shapes, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the picture for readers whose scripts are off."""
    main = group_names(plan)[0] if plan.peer_groups else ""
    shown = [
        (t, shape)
        for t, shape in enumerate(proposed)
        if shape is not None and plan.peer_groups[t] == main
    ]
    if not shown:
        return {"svg_box": "0 0 1 1", "svg_shapes": [], "svg_stroke": 0}
    bounds = np.array([_flatten(shape).bounds for _, shape in shown])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return {
        "svg_box": f"{west:.4f} {-north:.4f} {max(east - west, 1e-3):.4f} {max(north - south, 1e-3):.4f}",
        "svg_stroke": round(max(north - south, 1e-3) / SVG_HEIGHT, 6),
        "svg_shapes": [
            {
                "path": _svg_path(_flatten(shape)),
                "colour": PALETTE[payload["territories"][t]["colour"] % len(PALETTE)],
                "name": payload["territories"][t]["rep"] or payload["territories"][t]["id"],
            }
            for t, shape in shown
        ],
    }


def _flatten(shape: BaseGeometry) -> BaseGeometry:
    """Put a shape on the Mercator plane, in degrees of longitude."""
    from shapely import transform

    def mercator(points: Any) -> Any:
        latitude = np.radians(np.clip(points[:, 1], -85, 85))
        return np.column_stack([points[:, 0], np.degrees(np.log(np.tan(np.pi / 4 + latitude / 2)))])

    return transform(shape, mercator)


def _svg_path(shape: BaseGeometry) -> str:
    parts: Any = getattr(shape, "geoms", [shape])
    rings = (ring for part in parts for ring in (part.exterior, *part.interiors))
    return "".join(
        "M" + "L".join(f"{x:.3f} {-y:.3f}" for x, y in ring.coords) + "Z" for ring in rings
    )


def write_map(plan: Plan, areas: Areas, path: Path, *, today: Areas | None = None) -> None:
    """Write the map of a plan as one HTML file.

    Parameters
    ----------
    plan
        The plan to show.
    areas
        The proposed territories.
    path
        Where to.
    today
        Today's territories; they are made here where not given.
    """
    before = today or plan_areas(plan, plan.today.seat_of_account, areas)
    path.write_text(draw_map(plan, areas.shapes, before.shapes), encoding="utf-8")
