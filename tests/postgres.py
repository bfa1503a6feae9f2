"""A private PostgreSQL server for tests: a cluster of its own in a folder of its own, loopback only."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "geheim-9Zq"
USER = "planner"
DATABASE = "planner"
# Below those that systems hand out: while it is stopped, no other test's connection takes its port.
FIRST_PORT, OWN_PORTS = 15_000, 15_000
# Only the server is ever stopped hard, never the machine: what it wrote need not be flushed.
SETTINGS = ("max_connections=60",)
# For servers that nobody stops in the middle.
QUICK = ("fsync=off", "full_page_writes=off")


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest version first."""
    on_path = shutil.which("initdb")
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = Path(on_path).resolve() if on_path else (packaged[-1] if packaged else None)
    return found.parent if found else None


def require_programs() -> Path:
    """Return the folder of the server programs; skip where there is none, except in CI."""
    programs = find_programs()
    if programs is None and os.environ.get("CI") == "true":
        pytest.fail("PostgreSQL's server programs are missing: .ci/run installs them")
    if programs is None:
        pytest.skip("PostgreSQL is not on this machine")
    if os.geteuid() == 0 and _server_account() is None:
        pytest.skip("PostgreSQL refuses to run as root, and there is no postgres account")
    return programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A server that one test, or one session, has for itself.

    Parameters
    ----------
    durable
        Whether it keeps what it confirmed when its plug is pulled.
    """

    programs: Path
    folder: Path
    port: int
    durable: bool = False

    def url(self, database: str = DATABASE) -> str:
        """Return the address of a database, password and all."""
        return f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        options += "".join(
            f" -c {setting}" for setting in (*SETTINGS, *(() if self.durable else QUICK))
        )
        log = self.folder / "log"
        self._run("pg_ctl", "-w", "-t", "300", "-o", options, "-l", str(log), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; ``immediate`` is what pulling the plug looks like to its clients."""
        self._run("pg_ctl", "-m", mode, "-w", "stop", check=False)

    def create(self) -> None:
        """Make the cluster, and in it the database."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        _give_away(self.folder, secret)
        self._run("initdb", "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}",
                  "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        self.start()
        self.add_database(DATABASE)

    def add_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        self._execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        import psycopg

        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        output = self.folder / "out"
        # A file takes the output: the server outlives pg_ctl and would keep a pipe open.
        with output.open("ab") as stream:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
                cwd=self.folder,
                user=_server_account() if os.geteuid() == 0 else None,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            )
        if check and done.returncode:
            raise RuntimeError(output.read_text(encoding="utf-8", errors="replace"))


def make_cluster(*, durable: bool = False) -> Cluster:
    """Make and start a cluster in a folder that its server's account may enter."""
    programs = require_programs()
    folder = Path(tempfile.mkdtemp(prefix="planner-pg-"))
    cluster = Cluster(programs=programs, folder=folder, port=_free_port(), durable=durable)
    cluster.create()
    return cluster


def remove_cluster(cluster: Cluster) -> None:
    """Stop the server and remove its folder."""
    cluster.stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _server_account() -> int | None:
    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        return None


def _give_away(*paths: Path) -> None:
    account = _server_account()
    if os.geteuid() == 0 and account is not None:
        for path in paths:
            os.chown(path, account, -1)


def _free_port() -> int:
    """Return a port that nobody listens on, and that no connection is given before it starts."""
    begin = os.getpid() * 37
    for number in range(OWN_PORTS):
        port = FIRST_PORT + (begin + number) % OWN_PORTS
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("there is no free port")
