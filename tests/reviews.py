"""A review application that tests start for themselves: a plan with two managers, users, clients."""

from __future__ import annotations

import csv
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from planner.outputs.folder import load_plan, save_plan
from planner.outputs.plan import Plan
from planner.review.parameters import ReviewParameters
from planner.review.plans import OpenPlan
from planner.review.rules import forbidding_rule
from planner.review.sessions import ensure_owner, make_link
from planner.review.users import add_user, find_user
from planner.review.views.years import YearTables
from planner.web.application import create_application
from planner.web.settings import Settings

PASSWORD = "correct horse"
FIRST, SECOND = "M1001", "M1002"


def split_managers(folder: Path, target: Path) -> None:
    """Write a plan again with every second territory under another manager."""
    plan = load_plan(folder)
    second = set(plan.seats.rep_ids[1::2]) - {""}
    boss = next(rep for rep in plan.data.reps if rep.rep_id == FIRST)
    reps = [
        replace(rep, manager_id=SECOND) if rep.rep_id in second else rep for rep in plan.data.reps
    ]
    reps.append(replace(boss, rep_id=SECOND, name="Max Second"))
    managers = tuple(
        SECOND if at % 2 else name for at, name in enumerate(plan.seats.attributes["manager_id"])
    )
    changed = replace(
        plan,
        data=replace(plan.data, reps=tuple(sorted(reps, key=lambda rep: rep.rep_id))),
        seats=replace(plan.seats, attributes={**plan.seats.attributes, "manager_id": managers}),
    )
    save_plan(changed, target)


def write_bookings(tables: Path, path: Path) -> Path:
    """Write the demo's bookings of the first half of 2026, a year on."""
    with (tables / "history.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream) if "2026-01-01" <= row["date"] <= "2026-06-30"
        ]
    for row in rows:
        row["date"] = (date.fromisoformat(row["date"]) + timedelta(days=365)).isoformat()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass(slots=True)
class Review:
    """An application that answers, and clients who have signed in.

    Parameters
    ----------
    application, url
        What answers, and where.
    """

    application: FastAPI
    url: str
    _clients: dict[str, httpx.Client] = field(default_factory=dict)
    _others: list[httpx.Client] = field(default_factory=list)

    @property
    def opened(self) -> OpenPlan:
        """The plan under review."""
        opened: OpenPlan = self.application.state.plans.get("baseline")
        return opened

    @property
    def plan(self) -> Plan:
        """The plan's content."""
        return self.opened.plan

    @property
    def store(self) -> Any:
        """The store behind it."""
        return self.application.state.store

    def client(self, name: str) -> httpx.Client:
        """Return the client of a user: owner, ops, fin, mia, max, rita, or eye."""
        if name not in self._clients:
            self._clients[name] = self.sign_in(name)
        return self._clients[name]

    def sign_in(self, name: str) -> httpx.Client:
        """Return a new client who has signed in, his token in its headers."""
        client = self.stranger()
        store = self.store
        user = ensure_owner(store) if name == "owner" else find_user(store, name)
        page = client.get("/enter", params={"token": make_link(store, user)}, headers=PAGE)
        page.raise_for_status()
        found = re.search(r'name="csrf" content="([^"]+)"', page.text)
        assert found is not None, page.text
        client.headers["X-CSRF-Token"] = found.group(1)
        return client

    def stranger(self) -> httpx.Client:
        """Return a client whom nobody knows."""
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=300)
        self._others.append(client)
        return client

    def close(self) -> None:
        """Close every client that there was."""
        for client in self._others:
            client.close()

    def movable(self, count: int = 1) -> tuple[list[str], str, str]:
        """Return accounts that may go from a territory of mia's to one of max's."""
        opened, plan = self.opened, self.plan
        for source in range(0, len(plan.territory_ids), 2):
            for target in range(1, len(plan.territory_ids), 2):
                to = plan.territory_ids[target]
                fit = [
                    account
                    for account, at in opened.position_of_account.items()
                    if plan.territory_of_account[at] == source
                    and plan.today.seat_of_account[at] == source
                    and not plan.held[at]
                    and forbidding_rule(opened, account, to) is None
                ]
                if len(fit) >= count:
                    return fit[:count], plan.territory_ids[source], to
        raise AssertionError("the demo company has no account that may move")


PAGE = {"Accept": "text/html"}


@contextmanager
def run_review(
    plan: Path,
    folder: Path,
    database: str | None = None,
    parameters: ReviewParameters | None = None,
    year: YearTables | None = None,
) -> Iterator[Review]:
    """Serve a copy of a plan on a free port, with a user of every role.

    Parameters
    ----------
    plan
        A plan's folder with two managers.
    folder
        An empty folder for the copy, its new versions and the store.
    database
        The store's address; default: SQLite beside the copy.
    parameters, year
        The settings, and what came in since the plan was made.
    """
    copy = folder / "baseline"
    shutil.copytree(plan, copy)
    settings = Settings(
        plans=(copy,),
        database=database or f"sqlite:///{folder / 'review.sqlite'}",
        parameters=parameters or ReviewParameters(),
        year=year,
    )
    application = create_application(settings)
    add_everybody(application)
    configuration = uvicorn.Config(
        application, port=0, log_level="error", access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(configuration)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    review = Review(application=application, url=f"http://127.0.0.1:{port}")
    try:
        yield review
    finally:
        review.close()
        server.should_exit = True
        thread.join(120)


def add_everybody(application: FastAPI) -> None:
    """Add a user of every role; rita holds the first territory."""
    store, plan = application.state.store, application.state.plans.get("baseline").plan
    people = (
        ("ops", "operations", None),
        ("fin", "finance", None),
        ("mia", "manager", FIRST),
        ("max", "manager", SECOND),
        ("rita", "rep", plan.seats.rep_ids[0]),
        ("eye", "read-only", None),
    )
    for name, role, rep in people:
        # A hash takes a tenth of a second; one that can be used is enough.
        password = PASSWORD if name == "mia" else None
        add_user(store, None, name, role, rep_id=rep, password=password)
