"""The review application under load: many users move accounts and comment at once."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from planner.review.decisions.comments import list_comments
from planner.review.people import Person
from planner.review.plans import OpenPlan, open_plan
from planner.review.sessions import make_link
from planner.review.store import Store, open_store
from planner.review.users import add_user, find_user

API = "/api/plans/baseline"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--plan", type=Path, help="a plan's folder; default: a demo is made")
    parser.add_argument("--accounts", type=int, default=100_000, help="of the demo")
    parser.add_argument("--reps", type=int, default=200, help="of the demo")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--pause", type=float, default=1.0, help="mean pause of a user, seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", help="default: SQLite beside the plan")


@dataclass(slots=True)
class Seen:
    """What the users met.

    Parameters
    ----------
    seconds
        Of each answer, by kind of request.
    errors
        Answers that were none.
    said
        Comments that were confirmed.
    moved
        Moves that were confirmed, by user: the territory of each account.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    moved: dict[str, dict[str, str]] = field(default_factory=dict)


def run(arguments: argparse.Namespace) -> None:
    """Serve a plan, let the users work, and compare what is kept with what was confirmed."""
    with tempfile.TemporaryDirectory(prefix="review-") as name:
        folder = Path(name)
        plan = arguments.plan or _make_demo(folder, arguments.accounts, arguments.reps)
        copy = Path(shutil.copytree(plan, folder / "baseline"))
        database = arguments.database or f"sqlite:///{folder / 'review.sqlite'}"
        store, opened = open_store(database), open_plan("baseline", copy)
        names = [f"user{number:02}" for number in range(arguments.users)]
        for user in names:
            add_user(store, None, user, "operations")
        began = time.perf_counter()
        server, url = _serve(copy, database)
        ready = time.perf_counter() - began
        try:
            before = _processor_seconds(server.pid)
            seen = asyncio.run(_work(url, names, store, opened, arguments))
            worked = _processor_seconds(server.pid) - before
            memory = _memory_mb(server.pid)
        finally:
            server.terminate()
            server.wait(30)
        _report(seen, store, opened, names, ready)
        answered = sum(len(seconds) for seconds in seen.seconds.values())
        share = worked / arguments.seconds
        print(
            f"server: {1000 * worked / answered:.1f} ms of processor time an answer, {share:.0%} of a core"
        )
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(
            f"server: peak memory {memory:.0f} MB; load of the machine {load} on {os.cpu_count()} cores"
        )


def _make_demo(folder: Path, accounts: int, reps: int) -> Path:
    sizes = ["--accounts", str(accounts), "--reps", str(reps)]
    command = [sys.executable, "-m", "planner", "demo", "--out", str(folder / "demo"), *sizes]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "demo" / "plan"


def _serve(plan: Path, database: str) -> tuple[subprocess.Popen[str], str]:
    command = [
        sys.executable,
        "-m",
        "planner",
        "review",
        str(plan),
        "--database",
        database,
        "--json",
    ]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    text = ""
    while not text.rstrip().endswith("}"):
        text += server.stdout.readline()
    return server, str(json.loads(text)["url"]).partition("/enter")[0]


async def _work(
    url: str, names: list[str], store: Store, opened: OpenPlan, arguments: argparse.Namespace
) -> Seen:
    seen, accounts = Seen(), list(opened.position_of_account)
    end = time.monotonic() + arguments.seconds
    links = {name: make_link(store, find_user(store, name)) for name in names}
    users = (_act(url, name, links[name], accounts, opened, seen, end, arguments) for name in names)
    await asyncio.gather(*users)
    return seen


async def _act(
    url: str,
    name: str,
    link: str,
    accounts: list[str],
    opened: OpenPlan,
    seen: Seen,
    end: float,
    arguments: argparse.Namespace,
) -> None:
    chance = random.Random(f"{arguments.seed} {name}")
    moved = seen.moved.setdefault(name, {})
    async with httpx.AsyncClient(base_url=url, timeout=60, follow_redirects=True) as client:
        page = await client.get("/enter", params={"token": link}, headers={"Accept": "text/html"})
        found = re.search(r'name="csrf" content="([^"]+)"', page.text)
        assert found is not None
        client.headers["X-CSRF-Token"] = found.group(1)
        number = 0
        while time.monotonic() < end:
            await asyncio.sleep(chance.expovariate(1 / arguments.pause))
            number += 1
            if chance.random() < 0.7:
                chosen = chance.sample(accounts, chance.choice((1, 1, 1, 5, 20)))
                to = chance.choice(opened.plan.territory_ids)
                moves = dict.fromkeys(chosen, to)
                if await _post(client, seen, "move", f"{API}/basket", {"moves": moves}):
                    moved.update(moves)
            else:
                words = f"{name} says {number}"
                body = {
                    "subject_kind": "account",
                    "subject_id": chance.choice(accounts),
                    "body": words,
                }
                if await _post(client, seen, "comment", f"{API}/comments", body):
                    seen.said.add(words)


async def _post(
    client: httpx.AsyncClient, seen: Seen, kind: str, path: str, body: dict[str, object]
) -> bool:
    began = time.perf_counter()
    try:
        answer = await client.post(path, json=body)
    except httpx.HTTPError as error:
        seen.errors.append(f"{kind}: {error!r}")
        return False
    seen.seconds.setdefault(kind, []).append(time.perf_counter() - began)
    if answer.status_code >= 400:
        seen.errors.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
    return answer.status_code < 400


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found.group(1)) / 1024 if found else float("nan")


def _processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _report(
    seen: Seen,
    store: Store,
    opened: OpenPlan,
    names: list[str],
    ready: float,
) -> None:
    print(
        f"{len(opened.position_of_account):,} accounts, {len(names)} users; open after {ready:.1f} s"
    )
    for kind, seconds in sorted(seen.seconds.items()):
        p50, p95, p99 = (1000 * float(np.quantile(seconds, q)) for q in (0.5, 0.95, 0.99))
        worst = 1000 * max(seconds)
        print(
            f"{kind:8} {len(seconds):6,}  median {p50:6.0f} ms  p95 {p95:6.0f} ms"
            f"  p99 {p99:6.0f} ms  worst {worst:6.0f} ms"
        )
    print(f"errors {len(seen.errors)} {seen.errors[:3]}")
    print(f"lost comments {len(seen.said - _kept_comments(store, opened))}")
    print(f"lost moves {sum(_lost_moves(store, opened, name, seen) for name in names)}")


def _kept_comments(store: Store, opened: OpenPlan) -> set[str]:
    reader = Person(user_id=0, name="benchmark", role="owner")
    return {comment["body"] for comment in list_comments(store, opened, reader)}


def _lost_moves(store: Store, opened: OpenPlan, name: str, seen: Seen) -> int:
    from planner.review.decisions.baskets import home_of, read_basket

    person = Person(user_id=find_user(store, name), name=name, role="operations")
    kept = read_basket(store, opened, person).moves
    wanted = {
        account: to for account, to in seen.moved[name].items() if home_of(opened, account) != to
    }
    return len(wanted.items() ^ kept.items())
