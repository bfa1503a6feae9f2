"""Names that try to be run, in the pages of a plan, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planner.outputs.maps.page import write_map
from planner.outputs.plan import Plan
from planner.outputs.polygons import plan_areas
from planner.outputs.report import write_report
from tests.browser.conftest import Watched
from tests.outputs.conftest import build_plan

MARK = "window.wasRun = true"
HOSTILE = (
    f"<script>{MARK}</script>",
    f"</script><script>{MARK}</script>",
    f"<img src=x onerror='{MARK}'>",
    f"<svg onload='{MARK}'><animate onbegin='{MARK}' attributeName=x dur=1s></svg>",
    f'"><iframe srcdoc="<script>parent.{MARK}</script>"></iframe>',
    f"javascript:{MARK}//",
    f"${{{MARK}}}{{{{{MARK}}}}}<!--",
    "]]></svg>&lt;b&gt;&#x3C;i&#x3E;\u2028\u2029\\u003cb\\u003e",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report and the map of a plan in which every name is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    plan: Plan = build_plan(accounts=40, reps=4, seed=2, names=HOSTILE)
    # The maker names all reps alike; here each bears another one.
    reps = tuple(
        replace(rep, name=HOSTILE[place % len(HOSTILE)]) for place, rep in enumerate(plan.data.reps)
    )
    plan = replace(
        plan,
        data=replace(plan.data, reps=reps),
        provenance=replace(plan.provenance, name=HOSTILE[1]),
        reasons=tuple(HOSTILE[place % len(HOSTILE)] for place in range(len(plan.reasons))),
        peer_groups=tuple(HOSTILE[1] for _ in plan.peer_groups),
    )
    write_report(plan, folder / "report.html")
    write_map(plan, plan_areas(plan), folder / "map.html")
    return folder


def unharmed(watched: Watched) -> None:
    """Assert that nothing was run, asked for or added to the page."""
    assert watched.page.evaluate("window.wasRun") is None
    assert watched.outside() == []
    assert watched.page.locator("iframe, img[src=x], [onload], [onerror], [onbegin]").count() == 0


def test_the_report_shows_them_as_text(watched: Watched, pages: Path) -> None:
    """The names stand there letter by letter."""
    watched.page.goto((pages / "report.html").as_uri())
    watched.page.wait_for_timeout(300)
    unharmed(watched)
    assert HOSTILE[1] in watched.page.locator("body").inner_text()


def test_the_map_shows_them_as_text(watched: Watched, pages: Path) -> None:
    """Neither the list, nor the panel of each territory, nor a search lets a name be run."""
    watched.page.goto((pages / "map.html").as_uri())
    watched.page.wait_for_selector("body[data-ready=true]")
    buttons = watched.page.locator("#territories button")
    for place in range(buttons.count()):
        buttons.nth(place).click()
    unharmed(watched)
    for words in ("script", "<img", "svg"):
        watched.page.fill("#search", words)
        results = watched.page.locator("#results button")
        assert results.count() > 0
        results.first.click()
        unharmed(watched)
    assert watched.errors == []
