"""A database that goes away while the planner reads from it or writes to it."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from planner.errors import StoreError
from planner.outputs import database
from planner.outputs.database import write_database
from planner.outputs.plan import Plan
from tests.cli.small_company import QUICK
from tests.conftest import ROOT, Run
from tests.outputs.conftest import build_plan
from tests.postgres import PASSWORD, Cluster, make_cluster, remove_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of this module's own, which may be stopped."""
    made = make_cluster(durable=True)
    yield made
    remove_cluster(made)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan of a few accounts."""
    return build_plan(accounts=12, reps=3, seed=1)


def scenario(folder: Path, url: str, query: str) -> Path:
    """Write a scenario whose accounts come from a database."""
    path = folder / "scenario.toml"
    path.write_text(
        f'[period]\nstart = 2027-01-01\n[inputs.accounts]\nurl = "{url}"\nquery = "{query}"\n',
        encoding="utf-8",
    )
    return path


def test_it_goes_away_while_it_is_read(cluster: Cluster, tmp_path: Path) -> None:
    """Exit code 5, a message without the password, and no plan's folder."""
    path = scenario(tmp_path, cluster.url(), "SELECT pg_sleep(600), 1 AS account_id")
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "plan",
        str(path),
        "--out",
        str(tmp_path / "plan"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for_sleep(cluster)
    cluster.stop()
    try:
        printed, said = process.communicate(timeout=300)
    finally:
        cluster.start()
    assert process.returncode == 5, said
    assert "database" in said
    assert "Traceback" not in said
    assert PASSWORD not in said + printed
    assert not (tmp_path / "plan").exists()


def _wait_for_sleep(cluster: Cluster) -> None:
    engine = sa.create_engine(cluster.url())
    asked = sa.text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
    for _ in range(3_000):
        with engine.connect() as connection:
            if connection.execute(asked).scalar_one():
                break
        time.sleep(0.1)
    engine.dispose()


def test_it_goes_away_while_it_is_written(
    cluster: Cluster, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stood there before stands there afterwards, whole; then the new plan goes in."""
    url = cluster.add_database("written")
    write_database(plan, url)
    second = replace(plan, provenance=replace(plan.provenance, name="Second"))
    real = database._batches

    def until_quotas(table: Any, *rest: Any) -> Any:
        if table.name == "quotas":
            stopping = threading.Thread(target=cluster.stop)
            stopping.start()
            stopping.join()
        return real(table, *rest)

    monkeypatch.setattr(database, "_batches", until_quotas)
    said = _failure(second, url)
    assert "Nothing of the plan was kept" in said
    assert PASSWORD not in said
    cluster.start()
    monkeypatch.undo()
    assert _names(url) == ["Baseline 2027"]
    write_database(second, url, force=True)
    assert _names(url) == ["Second"]


def _failure(plan: Plan, url: str) -> str:
    """Return the message of a write that fails; the broken connection is let go of here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            write_database(plan, url, force=True)
        except StoreError as error:
            return str(error)
        finally:
            gc.collect()
    pytest.fail("the write did not fail")


def _names(url: str) -> list[str]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        counted = connection.execute(sa.text("SELECT count(*) FROM transitions")).scalar_one()
        names = [row[0] for row in connection.execute(sa.text("SELECT name FROM plan"))]
    engine.dispose()
    assert counted > 0
    return names


def test_the_command_writes_a_plan_and_refuses_half_an_order(
    demo_plan: Path, empty_postgres_url: str, run: Run, tmp_path: Path
) -> None:
    """From a plan's folder to a schema; options that do not belong together are refused."""
    to = ("export", demo_plan, "--to", "database")
    done = run(*to, "--url", empty_postgres_url, "--schema", "sales")
    assert "sales.assignments (400 rows)" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    run(*to, "--url", empty_postgres_url, "--schema", "sales", code=2)
    run(*to, "--url", empty_postgres_url, "--schema", "sales", "--force")
    run(*to, code=2)
    run(*to, "--url", empty_postgres_url, "--out", tmp_path / "x", code=2)
    run("export", demo_plan, "--to", "csv", code=2)
    run("export", demo_plan, "--to", "csv", "--out", tmp_path / "x", "--url", "sqlite:///a", code=2)
    gone = empty_postgres_url.replace("127.0.0.1:", "127.0.0.1:1")
    done = run(*to, "--url", gone.rpartition(":1")[0] + ":9/none", code=5)
    assert PASSWORD not in done.stderr


def test_no_password_is_kept_in_a_plan(
    tiny_tables: Path, empty_postgres_url: str, run: Run, tmp_path: Path
) -> None:
    """A company read from PostgreSQL is planned, and no file of the plan holds the password."""
    import pandas as pd

    engine = sa.create_engine(empty_postgres_url)
    for name in ("accounts", "history"):
        frame = pd.read_csv(tiny_tables / f"{name}.csv", dtype=str)
        frame.to_sql(name, engine, index=False)
    engine.dispose()
    settings = [
        *("inputs.accounts.url=" + empty_postgres_url, 'inputs.accounts.query="SELECT * FROM accounts"'),
        *("inputs.history.url=" + empty_postgres_url,
          'inputs.history.query="SELECT account_id, CAST(date AS DATE) AS date, CAST(amount AS NUMERIC) AS amount, type FROM history"'),
        "inputs.history.aggregate=day",
        *QUICK,
    ]  # fmt: skip
    text = (tiny_tables / "baseline.toml").read_text(encoding="utf-8")
    for name in ("accounts", "history"):
        text = text.replace(f'path = "{name}.csv"', "")
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    options = [part for setting in settings for part in ("--set", setting)]
    done = run(
        "plan",
        tmp_path / "scenario.toml",
        "--data",
        tiny_tables,
        "--out",
        tmp_path / "plan",
        *options,
    )
    assert PASSWORD not in done.stdout + done.stderr
    files = [path for path in (tmp_path / "plan").rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if PASSWORD.encode() in path.read_bytes()] == []
