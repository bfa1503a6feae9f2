"""Browsers of people who review a plan: each signed in, each watched for what it asks for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Route

from planner.review.sessions import ensure_owner, make_link
from planner.review.users import find_user
from tests.browser.conftest import ARTEFACTS, PATIENCE_MS
from tests.reviews import Review

PLAN = "/plans/baseline"


@dataclass
class Reviewers:
    """One page for each user, who may reach nothing but the application.

    Parameters
    ----------
    browser, review
        With what, and where.
    outside, errors
        Requests that would have left the machine, and what consoles complained about.
    """

    browser: Browser
    review: Review
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _pages: dict[str, Page] = field(default_factory=dict)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, name: str, width: int = 1280, height: int = 850) -> Page:
        """Return the page of a user: owner, ops, fin, mia, max, rita or eye."""
        if name not in self._pages:
            context = self.browser.new_context(viewport={"width": width, "height": height})
            context.set_default_timeout(PATIENCE_MS)
            context.route("**/*", self._guard)
            page = context.new_page()
            page.on("pageerror", lambda error: self.errors.append(f"{name}: {error}"))
            page.on("console", self._listen(name))
            page.on("dialog", lambda dialog: dialog.accept())
            store = self.review.store
            user = ensure_owner(store) if name == "owner" else find_user(store, name)
            page.goto(f"{self.review.url}/enter?token={make_link(store, user)}")
            self._pages[name] = page
            self._contexts.append(context)
        return self._pages[name]

    def open(self, name: str, path: str) -> Page:
        """Open an address as a user, and wait until the page is ready."""
        page = self.page(name)
        page.goto(self.review.url + path)
        if path.partition("?")[0].endswith(("/map", "/table", "/finance")):
            page.wait_for_selector("body[data-ready=true]")
        return page

    def picture(self, name: str, what: str) -> None:
        """Keep a screenshot as a test artefact."""
        ARTEFACTS.mkdir(exist_ok=True)
        self._pages[name].screenshot(path=ARTEFACTS / f"review-{what}.png")

    def close(self) -> None:
        """End every browser."""
        for context in self._contexts:
            context.close()

    def _guard(self, route: Route) -> None:
        if route.request.url.startswith((self.review.url, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def _listen(self, name: str) -> Callable[..., None]:
        def note(message: object) -> None:
            if getattr(message, "type", "") == "error":
                place = getattr(message, "location", {}).get("url", "")
                self.errors.append(f"{name}: {getattr(message, 'text', '')} {place}")

        return note


def wait_until(page: Page, condition: str, seconds: float = PATIENCE_MS / 1000) -> None:
    """Wait until something holds; a strict page refuses the browser's own way of waiting."""
    ends = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < ends, f"{condition} does not come true"
        page.wait_for_timeout(50)


def draw_around(page: Page, account: int) -> None:
    """Zoom to an account by its position in the plan, and draw a line around it."""
    wait_until(page, "window.territoryMap !== undefined")
    page.evaluate(
        """(position) => { const map = window.territoryMap;
        const i = map.data.positions.indexOf(position);
        map.setGroup(-1); map.show(i); map.zoom(60); map.show(i); }""",
        account,
    )
    box = page.locator("#map").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Shift")
    page.mouse.move(middle[0] - 14, middle[1] - 14)
    page.mouse.down()
    for right, down in ((14, -14), (14, 14), (-14, 14), (-14, -10)):
        page.mouse.move(middle[0] + right, middle[1] + down, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
