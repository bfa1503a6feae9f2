"""Map tiles: asked of the one server that the user named, and of nobody where he named none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from planner.review.parameters import ReviewParameters
from planner.review.sessions import ensure_owner, make_link
from tests.browser.conftest import PATIENCE_MS
from tests.browser.reviewers import PLAN, wait_until
from tests.reviews import run_review, split_managers


@pytest.fixture
def tiles() -> Iterator[tuple[str, list[str]]]:
    """A server of red pictures, and what it was asked for."""
    from matplotlib.image import imsave

    asked: list[str] = []
    picture = BytesIO()
    imsave(picture, np.tile(np.array([1.0, 0.0, 0.0]), (8, 8, 1)), format="png")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(picture.getvalue())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


def share_of_red(page: Page) -> float:
    """Return the share of the map that shows the tiles' colour."""
    from matplotlib.image import imread

    drawn = imread(BytesIO(page.locator("#map").screenshot()))
    return float(((drawn[..., 0] > 0.7) & (drawn[..., 1] < 0.35)).mean())


def test_tiles_lie_under_the_map_where_a_server_is_named(
    tiles: tuple[str, list[str]], demo_plan: Path, browser: Browser, tmp_path: Path
) -> None:
    """Pictures come and are drawn, their source is named, and no other host is asked."""
    address, asked = tiles
    split_managers(demo_plan, tmp_path / "managed")
    parameters = ReviewParameters(
        tile_server=address + "/{z}/{x}/{y}.png", tile_credit="© Somebody"
    )
    with run_review(tmp_path / "managed", tmp_path, parameters=parameters) as review:
        context = browser.new_context(viewport={"width": 1280, "height": 850})
        context.set_default_timeout(PATIENCE_MS)
        page, hosts = context.new_page(), set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(f"{review.url}/enter?token={make_link(review.store, ensure_owner(review.store))}")
        page.goto(review.url + PLAN + "/map")
        page.wait_for_selector("body[data-ready=true]")
        wait_until(
            page, "[...window.territoryMap.tiles.pictures.values()].every((p) => p.naturalWidth)"
        )
        ends = time.monotonic() + PATIENCE_MS / 1000
        while share_of_red(page) <= 0.1:
            assert time.monotonic() < ends, "the pictures that came are not drawn"
            page.wait_for_timeout(100)
        assert page.locator("#credit").inner_text() == "© Somebody"
        context.close()
    assert asked
    assert hosts == {review.url.split("/")[2], address.split("/")[2]}
