"""The review application in a browser: first view, what-if, search and the server's memory."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

KEY = "plan"
SIZES = (1, 20, 200)
REPEATS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("plan", type=Path, help="a plan's folder")
    parser.add_argument("--no-browser", action="store_true", help="leave the browser out")


def run(arguments: argparse.Namespace) -> None:
    """Serve a copy of the plan and print what each step takes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / KEY
        shutil.copytree(arguments.plan, copy)
        began = time.perf_counter()
        command = [sys.executable, "-m", "planner", "review", str(copy), "--json", "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            url = _read_url(server)
            print(f"{'start':34}{time.perf_counter() - began:8.2f} s")
            _measure(server, url, with_browser=not arguments.no_browser)
        finally:
            server.terminate()
            server.wait(20)


def _read_url(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    text = ""
    while '"url"' not in text or "}" not in text:
        text += server.stdout.readline()
    url: str = json.loads(text)["url"]
    return url


def _measure(server: subprocess.Popen[str], url: str, *, with_browser: bool) -> None:
    client = httpx.Client(base_url=url.partition("/enter")[0], follow_redirects=True, timeout=600)
    page = client.get(url, headers={"Accept": "text/html"})
    found = re.search(r'name="csrf" content="([^"]+)"', page.text)
    assert found is not None
    client.headers["X-CSRF-Token"] = found.group(1)
    _print_memory(server, "memory before anybody looks")
    if with_browser:
        _look(client)
    _print_memory(server, "memory after the first view")
    _wait_until_warm(client)
    _move(client)
    _search(client)
    _print_memory(server, "memory with everything worked out")


def _look(client: httpx.Client) -> None:
    """Open the map as a person does, and wait until map and table answer."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--disable-gpu", "--no-sandbox"]
        )
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        base = str(client.base_url)
        context.add_cookies(
            [{"name": name, "value": value, "url": base} for name, value in client.cookies.items()]
        )
        for words in ("first view", "second view"):
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"{base.rstrip('/')}/plans/{KEY}/map")
            page.wait_for_selector("#map")
            while not page.evaluate("window.territoryMap?.took > 0"):
                page.wait_for_timeout(10)
            drawn = time.perf_counter() - began
            page.wait_for_selector("body[data-ready=true]", timeout=60_000)
            print(f"{words + ', map drawn':34}{drawn:8.2f} s")
            print(f"{words + ', table too':34}{time.perf_counter() - began:8.2f} s")
            print(f"{'one frame':34}{page.evaluate('window.territoryMap.took'):8.0f} ms")
            page.close()
        browser.close()


def _wait_until_warm(client: httpx.Client) -> None:
    began = time.perf_counter()
    body = {"moves": {}}
    client.post(f"/api/plans/{KEY}/whatif", json=body).raise_for_status()
    client.post(f"/api/plans/{KEY}/whatif/chances", json=body).raise_for_status()
    client.get(f"/api/plans/{KEY}/map/today").raise_for_status()
    print(f"{'until all is worked out':34}{time.perf_counter() - began:8.2f} s")


def _move(client: httpx.Client) -> None:
    query = {"limit": 1, "with_positions": True}
    territories = client.get(f"/api/plans/{KEY}/map").json()["territories"]
    crowded = sorted(territories, key=lambda one: -one["accounts"]["proposed"])
    home, target = crowded[0]["id"], crowded[1]["id"]
    query["territory"] = home
    found = client.post(f"/api/plans/{KEY}/accounts/query", json=query).json()
    names = client.post(
        f"/api/plans/{KEY}/accounts/names", json={"positions": found["positions"][: SIZES[-1]]}
    ).json()
    for size in SIZES:
        moves = {one["account_id"]: target for one in names[:size]}
        for path, words in (("whatif", "what-if"), ("whatif/chances", "chances")):
            took = _time(
                lambda path=path, moves=moves: client.post(
                    f"/api/plans/{KEY}/{path}", json={"moves": moves}
                )
            )
            print(f"{f'{words}, {len(moves)} accounts':34}{took * 1000:8.0f} ms")


def _search(client: httpx.Client) -> None:
    body = {"search": "hold", "sort": "trailing", "descending": True, "limit": 50}
    took = _time(lambda: client.post(f"/api/plans/{KEY}/accounts/query", json=body))
    print(f"{'search, sort and one page':34}{took * 1000:8.0f} ms")


def _time(ask: Callable[[], httpx.Response]) -> float:
    """Return the median of several answers, seconds."""
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ask().raise_for_status()
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[REPEATS // 2]


def _print_memory(server: subprocess.Popen[str], words: str) -> None:
    text = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    kilobytes = int(text.split("VmRSS:")[1].split()[0])
    print(f"{words:34}{kilobytes / 1024:8.0f} MB")
