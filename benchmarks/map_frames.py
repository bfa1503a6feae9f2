"""The map in a browser at 200,000 accounts: how long frames take while it is panned, zoomed, drawn on and swiped."""

from __future__ import annotations

import argparse
import http.server
import json
import os
import shutil
import threading
from collections.abc import Callable
from functools import partial
from importlib import resources
from typing import Any

import numpy as np

from planner.outputs.polygons import areas_of_points

STEPS = 40
PAGE = """<!doctype html><meta charset="utf-8"><title>frames</title>
<style>canvas { position: absolute; inset: 0; width: 100%; height: 100%; }</style>
<canvas id="map" tabindex="0"></canvas><script type="module" src="/frames.js"></script>"""
# Each picture is timed inside its frame, and frames are counted from their own clock.
SCRIPT = """import { TerritoryMap } from "/renderer.js";
const data = await (await fetch("/data.json")).json();
const map = window.territoryMap = new TerritoryMap(document.getElementById("map"), data);
map.onlasso = (accounts) => { for (const i of accounts) map.marked.add(i); };
window.watch = () => { window.frames = []; window.paints = []; let last = 0, before = -1;
  const tick = (now) => { if (!window.frames) return; if (last) window.frames.push(now - last); last = now;
    if (map.took !== before) { window.paints.push(map.took); before = map.took; } requestAnimationFrame(tick); };
  requestAnimationFrame(tick); };
window.done = () => { const found = { frames: window.frames, paints: window.paints }; window.frames = null; return found; };
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--territories", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="pixels of the screen for one")


def run(arguments: argparse.Namespace) -> None:
    """Serve a made-up map and time each gesture."""
    from playwright.sync_api import sync_playwright

    data = make_map(arguments.accounts, arguments.territories, arguments.seed)
    server = _serve(data)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    print(f"{arguments.accounts:,} accounts, {arguments.territories} territories, 1280 × 800")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--disable-gpu", "--no-sandbox"]
            )
            page = browser.new_page(
                viewport={"width": 1280, "height": 800}, device_scale_factor=arguments.scale
            )
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
            while not page.evaluate("window.territoryMap?.took > 0"):
                page.wait_for_timeout(50)
            for name, gesture in GESTURES.items():
                _time(page, name, gesture)
            browser.close()
    finally:
        server.shutdown()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"load of the machine {load} on {os.cpu_count()} cores")


def make_map(accounts: int, territories: int, seed: int) -> dict[str, Any]:
    """Return a map's data: accounts in metros, each with its nearest home.

    Parameters
    ----------
    accounts, territories
        How many.
    seed
        Of everything that is drawn.
    """
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    centres = rng.uniform((-122, 28), (-72, 47), (territories * 2, 2))
    metro = rng.choice(len(centres), accounts, p=rng.dirichlet(np.full(len(centres), 0.4)))
    points = centres[metro] + rng.normal(scale=(0.9, 0.7), size=(accounts, 2))
    homes = centres[rng.choice(len(centres), territories, replace=False)]
    nearest = np.asarray(cKDTree(homes).query(points, k=2)[1])
    proposed = nearest[:, 0]
    today = np.where(rng.random(accounts) < 0.2, nearest[:, 1], proposed)
    return {
        "territories": list(_territories(points, proposed, today, homes)),
        "measures": [],
        "lon": np.rint(points[:, 0] * 1e5).astype(int).tolist(),
        "lat": np.rint(points[:, 1] * 1e5).astype(int).tolist(),
        "proposed": proposed.tolist(),
        "today": today.tolist(),
        "flags": (proposed != today).astype(int).tolist(),
        "places": [],
        "borders": [],
    }


def _territories(points: Any, proposed: Any, today: Any, homes: Any) -> Any:
    from planner.outputs.maps.payload import ring_lists

    shapes = {
        side: dict(_areas(points, owner, len(homes)))
        for side, owner in (("proposed", proposed), ("today", today))
    }
    for at, home in enumerate(homes.tolist()):
        yield {
            "id": f"T{at:03}",
            "rep": f"Rep {at}",
            "group": 0,
            "colour": at % 8,
            "home": home,
            "shape": {side: ring_lists(shapes[side].get(at)) for side in shapes},
        }


def _areas(points: Any, owner: Any, count: int) -> Any:
    found = areas_of_points(points[:, ::-1], owner, np.zeros(count, dtype=int), count)
    yield from enumerate(found)


def _serve(data: dict[str, Any]) -> http.server.ThreadingHTTPServer:
    text = json.dumps(data).encode()
    static = resources.files("planner.outputs.maps") / "static"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            kind, body = "text/javascript", b""
            if not name:
                kind, body = "text/html", PAGE.encode()
            elif name == "data.json":
                kind, body = "application/json", text
            elif name == "frames.js":
                body = SCRIPT.encode()
            elif (static / name).is_file():
                body = (static / name).read_bytes()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _time(page: Any, name: str, gesture: Callable[[Any], None]) -> None:
    ticks = page.context.new_cdp_session(page)
    ticks.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate("window.watch()")
    before = _worked(ticks)
    gesture(page)
    page.wait_for_timeout(200)
    worked = _worked(ticks) - before
    found = page.evaluate("window.done()")
    paints, frames = np.array(found["paints"]), np.array(found["frames"])
    print(
        f"{name:24}{len(paints):4} pictures  mean {paints.mean():6.1f} ms"
        f"  p95 {np.quantile(paints, 0.95):6.1f} ms   frames: mean {frames.mean():6.1f} ms"
        f"   processor {1000 * worked / len(paints):6.1f} ms a picture"
    )


def _worked(ticks: Any) -> float:
    """Return how long the page's own thread has worked, seconds of processor time."""
    metrics = ticks.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def _drag(page: Any, *, shift: bool = False) -> None:
    if shift:
        page.keyboard.down("Shift")
    page.mouse.move(400, 300)
    page.mouse.down()
    for step in range(STEPS):
        turn = 2 * np.pi * step / STEPS
        page.mouse.move(600 - 200 * np.cos(turn), 400 - 200 * np.sin(turn))
    page.mouse.up()
    if shift:
        page.keyboard.up("Shift")


def _zoom(page: Any) -> None:
    page.mouse.move(640, 400)
    for step in range(STEPS):
        page.mouse.wheel(0, -120 if step < STEPS / 2 else 120)
        page.wait_for_timeout(20)


def _hover(page: Any) -> None:
    for step in range(STEPS):
        page.mouse.move(200 + 20 * step, 300 + 5 * (step % 20))


def _swipe(page: Any) -> None:
    page.evaluate("window.territoryMap.mode = 'swipe'; window.territoryMap.draw()")
    page.wait_for_timeout(200)
    page.mouse.move(640, 400)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(640 + 300 * np.sin(2 * np.pi * step / STEPS), 400)
    page.mouse.up()
    page.evaluate("window.territoryMap.mode = 'proposed'; window.territoryMap.draw()")


def _drag_marked(page: Any) -> None:
    page.evaluate(
        "const map = window.territoryMap;"
        "for (let i = 0; i < map.x.length; i += 2) map.marked.add(i); map.draw()"
    )
    page.wait_for_timeout(500)
    _drag(page)


GESTURES: dict[str, Callable[[Any], None]] = {
    "panning": _drag,
    "zooming": _zoom,
    "hovering": _hover,
    "swiping": _swipe,
    "drawing a lasso": partial(_drag, shift=True),
    "panning, half marked": _drag_marked,
}
