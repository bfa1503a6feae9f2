"""A real browser that may reach nothing but files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARTEFACTS = Path(__file__).parent.parent.parent / "test-artefacts"
# What a browser waits for may take long on a machine that others use.
PATIENCE_MS = 180_000
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; only outside CI may it be missing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        assert not os.environ.get("CI"), "CI must have a browser: apt-get install chromium"
        pytest.skip("no Chromium on this machine")
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
        yield started
        started.close()


class Watched:
    """A page, with what it asked for and complained about.

    Parameters
    ----------
    page
        The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )

    def picture(self, name: str) -> None:
        """Keep a screenshot as a test artefact."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")

    def outside(self) -> list[str]:
        """Return the requests that left the machine's files."""
        return [url for url in self.requests if not url.startswith(("file://", "data:", "blob:"))]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A new page of 1280 × 800 whose network is off."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    context.set_default_timeout(PATIENCE_MS)
    yield Watched(context.new_page())
    context.close()
