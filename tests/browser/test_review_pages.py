"""The review application's pages in a real browser: for each role, on each screen, with hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from planner.outputs.folder import load_plan, save_plan
from tests.browser.conftest import PATIENCE_MS
from tests.browser.reviewers import PLAN, Reviewers, draw_around, wait_until
from tests.reviews import run_review

HOSTILE = (
    "<script>window.broken = 1</script>",
    '"onmouseover="window.broken = 1" x="',
    "\u202eUmlaut\u200f GmbH\u202c",
    "N" * 10_000,
    "<img src=x onerror=window.broken=1>",
    "=HYPERLINK(1)",
)


def spoil_names(folder: Path, target: Path) -> None:
    """Write a plan again whose first accounts, and every rep, have hostile names."""
    plan = load_plan(folder)
    accounts = plan.data.accounts.copy()
    names = accounts["name"].tolist()
    names[: len(HOSTILE)] = HOSTILE
    accounts["name"] = names
    reps = tuple(
        replace(rep, name=f"{HOSTILE[at % len(HOSTILE)]} {rep.rep_id}")
        for at, rep in enumerate(plan.data.reps)
    )
    data = replace(plan.data, accounts=accounts, reps=reps)
    provenance = replace(plan.provenance, name=HOSTILE[0])
    save_plan(replace(plan, data=data, provenance=provenance), target)


@pytest.fixture(scope="module")
def team(
    managed_demo_plan: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reviewers]:
    """A team that looks at a plan in review and changes nothing of it."""
    folder = tmp_path_factory.mktemp("pages")
    with run_review(managed_demo_plan, folder) as review:
        done = review.client("ops").post("/api/plans/baseline/state", json={"stage": "review"})
        assert done.status_code == 200
        team = Reviewers(browser, review)
        yield team
        team.close()


@pytest.fixture(scope="module")
def hostile(
    demo_plan: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reviewers]:
    """The same with names that try to break out."""
    folder = tmp_path_factory.mktemp("hostile")
    spoil_names(demo_plan, folder / "spoilt")
    with run_review(folder / "spoilt", folder) as review:
        team = Reviewers(browser, review)
        yield team
        team.close()


def colours(page: Page) -> int:
    """Return how many colours are on the canvas."""
    wait_until(page, "window.territoryMap.took > 0")
    found: int = page.evaluate(
        """() => { const c = document.getElementById('map'); const d = c.getContext('2d')
        .getImageData(0, 0, c.width, c.height).data; const s = new Set();
        for (let i = 0; i < d.length; i += 4) s.add(d[i] << 16 | d[i+1] << 8 | d[i+2]); return s.size; }"""
    )
    return found


@pytest.mark.parametrize("name", ["owner", "ops", "fin", "mia", "eye"])
def test_every_role_has_a_map_without_errors(team: Reviewers, name: str) -> None:
    """The map draws what the role may see, and nothing is asked of the outside."""
    page = team.open(name, f"{PLAN}/map")
    assert colours(page) > 15
    assert page.locator("#accounts tbody tr").count() > 5
    team.picture(name, f"map-{name}")
    assert page.locator("#tab-basket").count() == (name in {"owner", "ops", "mia"})
    assert team.outside == []
    assert team.errors == []


def test_a_page_is_ready_when_its_rows_are_there(team: Reviewers) -> None:
    """Where the basket answers before the accounts, the page waits for them, and asks once."""
    page, held = team.page("mia"), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/accounts/query", hold)
    with page.expect_response(lambda answer: answer.url.endswith("/basket")):
        page.goto(f"{team.review.url}{PLAN}/map")
    page.wait_for_selector("#basket .hint", state="attached")
    assert page.locator("body[data-ready=true]").count() == 0
    for one in held:
        one.continue_()
    page.wait_for_selector("body[data-ready=true]")
    assert page.locator("#accounts tbody tr").count() > 5
    assert len(held) == 1
    page.unroute("**/accounts/query")


def test_today_proposed_and_swipe(team: Reviewers) -> None:
    """Today's areas come when they are asked for; every colouring has a legend."""
    page = team.open("ops", f"{PLAN}/map")
    for mode in ("today", "swipe", "proposed"):
        page.locator(f'input[name="mode"][value="{mode}"]').check(force=True)
        assert page.evaluate("window.territoryMap.mode") == mode
    wait_until(page, "window.territoryMap.shapes.today.some((shape) => shape !== null)")
    for choice in ("moved", "held", "out", "measure:0", "territory"):
        page.select_option("#colour", choice)
        assert page.locator("#legend li").count() >= 2
    assert team.errors == []


def test_table_and_map_choose_together(team: Reviewers) -> None:
    """A row that is ticked is marked on the map; a line on the map ticks its row."""
    page = team.open("ops", f"{PLAN}/table")
    page.locator("#accounts tbody input[type=checkbox]").first.check()
    assert page.evaluate("window.territoryMap.marked.size") == 1
    position = int(page.locator("#accounts tbody tr").nth(3).get_attribute("data-position") or 0)
    draw_around(page, position)
    page.wait_for_selector(f"#accounts tr[data-position='{position}'][aria-selected=true]")
    assert "Selection" in page.locator("[role=tab][aria-selected=true]").inner_text()


def test_search_filters_rows_and_map(team: Reviewers) -> None:
    """What the table leaves is what the map shows, where that is asked for."""
    page = team.open("ops", f"{PLAN}/table")
    before = page.locator("#range").inner_text()
    page.select_option("#state", "held")
    page.locator("#on-map").check()
    wait_until(page, "window.territoryMap.filter !== null")
    wait_until(page, f"document.getElementById('range').innerText !== {before!r}")
    shown = page.evaluate("window.territoryMap.filter.reduce((sum, one) => sum + one, 0)")
    assert shown == int(team.review.plan.held.sum())
    assert f"of {shown}" in page.locator("#range").inner_text()


def test_keyboard_alone_reaches_an_account(team: Reviewers) -> None:
    """Arrows aim, Enter chooses what is in the middle, and it is read aloud."""
    page = team.open("ops", f"{PLAN}/map")
    position = int(page.evaluate("window.territoryMap.data.positions[5]"))
    page.evaluate("window.territoryMap.setGroup(-1); window.territoryMap.show(5)")
    page.locator("#map").press("ArrowLeft")
    page.locator("#map").press("ArrowRight")
    page.locator("#map").press("Enter")
    page.wait_for_selector("#chosen h2")
    name = team.review.plan.data.accounts["account_id"].iloc[position]
    assert name in page.locator("#chosen").inner_text()
    wait_until(page, "document.getElementById('said').textContent.length > 20")


def test_why_tells_alternatives_and_what_is_forbidden(team: Reviewers) -> None:
    """An account's explanation lists who else may serve it; a territory's, what it has."""
    page = team.open("ops", f"{PLAN}/table")
    page.locator("#accounts tbody tr").nth(2).locator("button").first.click()
    page.wait_for_selector("#chosen h2")
    words = page.locator("#chosen").inner_text().casefold()
    assert "who else could serve it" in words
    assert "expected in the plan" in words
    page.click("text=‹ all territories")
    page.locator("#chosen table button").first.click()
    page.wait_for_selector("#chosen h2")
    assert "compared with" in page.locator("#chosen").inner_text().casefold()


@pytest.mark.parametrize("size", [(390, 844), (820, 1180)])
def test_small_screens_do_not_scroll_sideways(team: Reviewers, size: tuple[int, int]) -> None:
    """On a phone and on a tablet the page fits the width."""
    page = team.page("ops")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("map", "finance"):
        page = team.open("ops", f"{PLAN}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        team.picture("ops", f"{path}-{size[0]}")
    page.set_viewport_size({"width": 1280, "height": 850})


@pytest.mark.parametrize("path", ["", "/map", "/table", "/finance", "/decisions", "/record"])
def test_hostile_names_are_text_everywhere(hostile: Reviewers, path: str) -> None:
    """No name runs, becomes an element, or breaks a page's layout."""
    page = hostile.open("owner", PLAN + path)
    if path in {"/map", "/table"}:
        for row in range(len(HOSTILE)):
            page.locator("#accounts tbody tr").nth(row).locator("button").first.click()
            page.wait_for_selector("#chosen h2")
        draw_around(page, 0)
        page.wait_for_selector("#target")
        page.select_option("#target", index=1)
        page.wait_for_selector("#effect .reason")
    assert page.evaluate("window.broken") is None
    assert page.locator("main script, main img[src=x], [onmouseover]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    hostile.picture("owner", f"hostile{path.replace('/', '-')}")
    assert hostile.errors == []


def test_hostile_names_are_text_in_the_one_file_map(
    browser: Browser, demo_plan: Path, tmp_path: Path
) -> None:
    """The map that travels by e-mail shows them as text too, in its static picture as well."""
    spoil_names(demo_plan, tmp_path / "spoilt")
    context = browser.new_context(offline=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto((tmp_path / "spoilt" / "map.html").as_uri())
    page.wait_for_selector("body[data-ready=true]")
    page.fill("#search", "window.broken")
    page.locator("#results button").first.click()
    assert page.evaluate("window.broken") is None
    assert page.locator("[onmouseover], img").count() == 0
    context.close()
