"""A plan's way through a team, by hand: proposed, countered, accepted, re-planned, signed, objected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from planner.review.rules import forbidding_rule
from tests.browser.reviewers import PLAN, Reviewers, draw_around
from tests.reviews import Review, run_review

REPLANNING_MS = 400_000


@pytest.fixture
def team(
    managed_demo_plan: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reviewers]:
    """A team before a plan of its own, with a browser each."""
    folder = tmp_path_factory.mktemp("journey")
    with run_review(managed_demo_plan, folder) as review:
        team = Reviewers(browser, review)
        yield team
        team.close()


def counter_target(review: Review, account: str, first: str) -> str:
    """Return another of max's territories that may serve the account, the first if there is none."""
    fit = [
        review.plan.territory_ids[at]
        for at in range(1, len(review.plan.territory_ids), 2)
        if forbidding_rule(review.opened, account, review.plan.territory_ids[at]) is None
    ]
    return next((one for one in fit if one != first), first)


def propose_lasso(team: Reviewers, target: str, account: str) -> None:
    """Mia draws around an account, sees what its move does, and proposes it."""
    page = team.open("mia", f"{PLAN}/map")
    draw_around(page, team.review.opened.position_of_account[account])
    page.wait_for_selector("#target")
    assert team.review.opened.name_of(account) in page.locator("#move").inner_text()
    page.select_option("#target", target)
    page.wait_for_selector("#effect .facts")
    assert page.locator("#effect .breaks, #effect .mends").count() >= 1
    team.picture("mia", "what-if")
    page.click("#put")
    page.wait_for_selector("#propose")
    page.click("#undo")
    page.wait_for_selector("#redo:not([disabled])")
    page.click("#redo")
    page.wait_for_selector("#propose")
    page.fill("#reason", "It is next door to Max's people.")
    page.click("#propose")
    page.wait_for_selector("#notice:not(:empty)")


def counter_on_the_map(team: Reviewers, target: str) -> None:
    """Max opens the proposal on the map, sends the account elsewhere, and says why."""
    page = team.open("max", f"{PLAN}/decisions")
    team.picture("max", "decisions")
    page.click("text=Counter on the map")
    page.wait_for_selector("#answered select")
    page.locator("#answered select").first.select_option(target)
    page.fill("#reason", "This one of mine has more room.")
    page.click("#propose")
    page.wait_for_selector("#notice:not(:empty)")
    team.picture("max", "counter")


def decide(page: Page, answer: str, reason: str) -> None:
    form = page.locator("form.answers").first
    form.locator("textarea").fill(reason)
    with page.expect_navigation():
        form.locator(f"button[value={answer}]").click()


def press(page: Page, words: str) -> None:
    """Press a button that sends a form and loads the page again."""
    with page.expect_navigation():
        page.click(f"button:has-text('{words}')")


def replan(team: Reviewers) -> str:
    """Operations re-plans from the page, and opens the new version."""
    page = team.open("ops", PLAN)
    press(page, "Re-plan")
    page.wait_for_selector("text=open the new version", timeout=REPLANNING_MS)
    team.picture("ops", "re-planned")
    page.click("text=open the new version")
    page.wait_for_url(lambda url: not url.endswith(PLAN))
    return page.url.removeprefix(team.review.url)


def read_difference(team: Reviewers, version: str, account: str) -> None:
    """Operations sees what the new version changed."""
    page = team.open("ops", f"{version}/versions")
    assert account in page.locator("main").inner_text()
    team.picture("ops", "versions")


def override(team: Reviewers) -> tuple[str, int]:
    """Finance sees what settles around a quota, and sets it; return whose, and how much."""
    page = team.open("fin", f"{PLAN}/finance")
    while page.locator(".fold[aria-expanded=false]:visible").count():
        page.locator(".fold[aria-expanded=false]:visible").first.click()
    box = page.locator("#drill-down input:visible").first
    quota = box.locator("xpath=ancestor::tr").locator("td").first.inner_text().replace(",", "")
    typed = round(int(quota) * 0.98, -3)
    box.fill(str(typed))
    page.wait_for_selector("#accept-override")
    team.picture("fin", "override")
    page.fill("#override-reason", "New to the market.")
    page.click("#accept-override")
    page.wait_for_selector("#settlement .good")
    return box.get_attribute("data-rep") or "", int(typed)


def sign_off(team: Reviewers, version: str) -> None:
    """Managers approve their territories, finance the whole."""
    for manager in ("mia", "max"):
        press(team.open(manager, version), "Approve my")
    press(team.open("fin", version), "Approve for finance")


def test_a_plan_is_proposed_countered_replanned_signed_and_objected_to(team: Reviewers) -> None:
    """Everybody does his part in a browser, and the record has every step."""
    (account,), _, target = team.review.movable(1)
    press(team.open("ops", PLAN), "Submit for review")
    propose_lasso(team, target, account)
    other = counter_target(team.review, account, target)
    counter_on_the_map(team, other)
    decide(team.open("mia", f"{PLAN}/decisions"), "accept", "Fine with me.")
    decide(team.open("ops", f"{PLAN}/decisions"), "accept", "Agreed by both.")
    rep, quota = override(team)
    version = replan(team)
    opened = team.review.application.state.plans.get(version.rpartition("/")[2])
    at = opened.position_of_account[account]
    assert opened.plan.territory_ids[opened.plan.territory_of_account[at]] == other
    assert opened.plan.quotas is not None
    assert opened.plan.quotas.of_rep(rep, "rep") == quota * opened.plan.data.currency.scale
    read_difference(team, version, account)
    sign_off(team, version)
    press(team.open("ops", version), "Publish")
    press(team.open("ops", version), "Release to all reps")
    page = team.open("rita", f"{version}/mine")
    team.picture("rita", "mine")
    page.locator("textarea[name=reason]").first.fill("My largest account goes.")
    press(page, "Object")
    assert "objected" in page.locator("main").inner_text()
    record = team.review.client("ops").get("/api/record.json").text
    for step in ("made proposal", "made counter-proposal", "overrode quota", "published"):
        assert step in record
    assert team.outside == []
    assert team.errors == []
