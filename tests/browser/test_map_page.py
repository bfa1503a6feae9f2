"""map.html in a real browser: it draws, answers, and asks nobody for anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Watched


def open_map(watched: Watched, plan: Path) -> None:
    watched.page.goto((plan / "map.html").as_uri())
    watched.page.wait_for_selector("body[data-ready=true]")


def test_the_map_opens_from_disk_without_network(watched: Watched, demo_plan: Path) -> None:
    """No request leaves, no error is logged, and the canvas has colours on it."""
    open_map(watched, demo_plan)
    watched.page.wait_for_function("window.territoryMap.took > 0")
    watched.picture("map")
    assert watched.outside() == []
    assert watched.errors == []
    colours = watched.page.evaluate(
        """() => { const c = document.getElementById('map'); const d = c.getContext('2d')
        .getImageData(0, 0, c.width, c.height).data; const s = new Set();
        for (let i = 0; i < d.length; i += 4) s.add(d[i] << 16 | d[i+1] << 8 | d[i+2]); return s.size; }"""
    )
    assert colours > 20


def test_choosing_a_territory_says_what_it_has(watched: Watched, demo_plan: Path) -> None:
    """A click in the list fills the panel, and what is read aloud says the same."""
    open_map(watched, demo_plan)
    watched.page.locator("#territories button").first.click()
    assert "Accounts" in watched.page.locator("#detail").inner_text()
    assert "Accounts" in (watched.page.locator("#said").text_content() or "")


def test_search_finds_an_account_and_shows_it(watched: Watched, demo_plan: Path) -> None:
    """Typing part of an id offers the account; choosing it shows today and proposed."""
    open_map(watched, demo_plan)
    account = json.loads(watched.page.locator("#map-data").text_content() or "{}")["ids"][5]
    watched.page.fill("#search", account)
    watched.page.locator("#results button").first.click()
    text = watched.page.locator("#detail").inner_text()
    assert account in text
    assert "Proposed" in text


@pytest.mark.parametrize("mode", ["today", "swipe", "proposed"])
def test_each_view_draws(watched: Watched, demo_plan: Path, mode: str) -> None:
    """Today, swipe and proposed can be switched, and every colouring has a legend."""
    open_map(watched, demo_plan)
    watched.page.locator(f'input[name="mode"][value="{mode}"]').check(force=True)
    for choice in ("moved", "held", "measure:0", "territory"):
        watched.page.select_option("#colour", choice)
        assert watched.page.locator("#legend li").count() >= 2
    assert watched.page.evaluate("window.territoryMap.mode") == mode
    watched.picture(f"map-{mode}")
    assert watched.errors == []


def test_keyboard_and_wheel_move_the_view(watched: Watched, demo_plan: Path) -> None:
    """Arrows pan, plus zooms, 0 shows everything again."""
    open_map(watched, demo_plan)
    canvas = watched.page.locator("#map")
    before = watched.page.evaluate("({...window.territoryMap.view})")
    canvas.press("+")
    canvas.press("ArrowLeft")
    after = watched.page.evaluate("({...window.territoryMap.view})")
    assert after["scale"] > before["scale"]
    assert after["x"] != before["x"]
    canvas.press("0")
    assert watched.page.evaluate("window.territoryMap.view.scale") == pytest.approx(before["scale"])


def test_without_scripts_the_territories_are_still_seen(browser: Browser, demo_plan: Path) -> None:
    """A reader that strips scripts shows a static picture."""
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((demo_plan / "map.html").as_uri())
    assert page.locator("#fallback path").count() >= 5
    context.close()


def test_the_report_opens_without_network_or_scripts(watched: Watched, demo_plan: Path) -> None:
    """The report loads nothing, logs nothing, and shows its charts."""
    watched.page.goto((demo_plan / "report.html").as_uri())
    watched.picture("report")
    assert watched.outside() == []
    assert watched.errors == []
    assert watched.page.locator("svg").count() >= 3


def test_a_line_drawn_around_accounts_counts_them(watched: Watched, demo_plan: Path) -> None:
    """The lasso marks what lies inside it, and says how many accounts that are."""
    open_map(watched, demo_plan)
    page = watched.page
    page.click("#lasso")
    box = page.locator("#map").bounding_box()
    assert box is not None
    corners = [(0.1, 0.02), (0.98, 0.02), (0.98, 0.98), (0.1, 0.98)]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    marked = page.evaluate("window.territoryMap.marked.size")
    assert marked > 20
    assert str(marked) in page.locator("#detail").inner_text()
    assert str(marked) in (page.locator("#said").text_content() or "")
    watched.picture("map-lasso")
    assert watched.errors == []


def test_a_filter_leaves_only_what_moves(watched: Watched, demo_plan: Path) -> None:
    """Fewer points are drawn when only the accounts that change rep are shown."""
    open_map(watched, demo_plan)
    drawn = "window.territoryMap.dots.paints.proposed.filter((colour) => colour !== 0).length"
    watched.page.wait_for_function("window.territoryMap.dots.paints.proposed !== null")
    every = watched.page.evaluate(drawn)
    watched.page.select_option("#show", "moved")
    watched.page.wait_for_function("window.territoryMap.dots.paints.proposed !== null")
    assert 0 < watched.page.evaluate(drawn) < every
