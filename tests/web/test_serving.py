"""``planner review`` as its users run it: a link, a session, an end."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, Run
from tests.reviews import PAGE


@contextmanager
def serving(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, str(ROOT / "cli.py"), "review", *map(str, arguments), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            text += line
        try:
            yield process, json.loads(text)
        finally:
            process.kill()


@pytest.fixture
def plan(demo_plan: Path, tmp_path: Path) -> Path:
    """A copy of the small plan, with a folder for the store beside it."""
    return Path(shutil.copytree(demo_plan, tmp_path / "baseline"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_interrupted(plan: Path, number: signal.Signals) -> None:
    """One JSON object with a link that signs in once; an interruption ends it with 0."""
    with serving(plan) as (process, printed):
        url = printed["url"]
        assert url.startswith("http://127.0.0.1:")
        with httpx.Client(follow_redirects=True) as client:
            page = client.get(url, headers=PAGE)
            assert page.status_code == 200
            assert "Baseline" in page.text
            assert httpx.get(url).status_code == 401
            held = client.build_request("GET", url)
            assert client.send(held).status_code == 200
        process.send_signal(number)
        assert process.wait(120) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert (plan.parent / "review.sqlite").is_file()


def test_a_port_that_is_taken_is_refused(plan: Path, run: Run) -> None:
    """Another process's port ends in words."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("review", plan, "--port", str(port), code=2)
    assert f"Port {port} is taken" in done.stderr


def test_other_addresses_need_users(plan: Path, run: Run) -> None:
    """Nobody else reaches it as long as nobody is known; with a user it serves, without a link."""
    done = run("review", plan, "--host", "0.0.0.0", "--json", code=2)
    assert json.loads(done.stdout)["status"] == "refused"
    run("users", "add", "ops", "--role", "operations", "--no-password", "--plan", plan)
    with serving(plan, "--host", "0.0.0.0") as (_, printed):
        assert "token" not in printed["url"]
        assert httpx.get(printed["url"], headers=PAGE).status_code == 303


def test_users_are_kept_by_command(plan: Path, run: Run) -> None:
    """Added, listed, given another role, linked, removed; what does not fit ends in words."""
    where = ("--plan", plan)
    run("users", "add", "Mia", "--role", "manager", "--rep", "M1001", *where)
    run("users", "add", "mia", "--role", "finance", *where, code=2)
    run("users", "add", "x", "--role", "manager", *where, code=2)
    run("users", "add", "x", "--role", "king", *where, code=2)
    run("users", "role", "mia", "finance", *where)
    listed = json.loads(run("users", "list", "--json", *where).stdout)["users"]
    assert [(user["name"], user["role"], user["rep_id"]) for user in listed] == [
        ("Mia", "finance", None)
    ]
    link = json.loads(run("users", "link", "mia", "--url", "https://x", "--json", *where).stdout)
    assert link["url"].startswith("https://x/enter?token=")
    run("users", "remove", "MIA", *where)
    assert json.loads(run("users", "list", "--json", *where).stdout) == {"users": []}
    run("users", "remove", "mia", *where, code=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[approval]\nlevels = ['kings']", "approval.levels"),
        ("[sign_in]\nidentity_header = 'X-User'", "trusted_proxies"),
        ("surprise = 1", "surprise"),
        ("= 1", "no TOML"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    plan: Path, run: Run, tmp_path: Path, text: str, words: str
) -> None:
    """The settings file's mistakes are named."""
    path = tmp_path / "review.toml"
    path.write_text(text, encoding="utf-8")
    assert words in run("review", plan, "--settings", path, code=2).stderr
