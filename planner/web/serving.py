"""Serves the application until it is interrupted."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import uvicorn

from planner.errors import ScenarioError, StoreError
from planner.interruptions import finish_undisturbed
from planner.review.sessions import ensure_owner, make_link
from planner.review.store import Store, open_store
from planner.review.users import list_users
from planner.web.application import create_application
from planner.web.protection import is_local
from planner.web.settings import Settings

GRACE_SECONDS = 3
# Longer than a person's pause, so that a browser's next request does not meet a closing door.
KEEP_ALIVE_SECONDS = 75


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Answer requests until Ctrl-C or SIGTERM.

    Parameters
    ----------
    settings
        What ``planner review`` was told; port 0 takes a free one.
    announce
        Called with the owner's one-time link once the application answers.

    Raises
    ------
    ScenarioError
        When the address cannot be listened on, or others could reach it and there are no users.
    """
    if not is_local(settings.host):
        _require_users(settings)
    with _listen(settings.host, settings.port) as listener:
        settled = replace(settings, port=listener.getsockname()[1])
        application = create_application(settled)
        url = _first_address(application.state.store, settled)
        configuration = uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        _Server(configuration, lambda: announce(url)).run(sockets=[listener])


def _require_users(settings: Settings) -> None:
    """Refuse to be reached by others as long as nobody is known."""
    store = open_store(settings.database)
    try:
        known = list_users(store)
    finally:
        store.close()
    if not known:
        message = (
            f"{settings.host} can be reached from other machines, and there are no users yet: "
            "add them with planner users add, or listen on 127.0.0.1."
        )
        raise ScenarioError(message)


def _first_address(store: Store, settings: Settings) -> str:
    """Return where to begin: for the owner on his own machine, a link that signs him in once."""
    base = f"http://{_in_url(settings.host)}:{settings.port}"
    if not is_local(settings.host):
        return f"{base}/"
    return f"{base}/enter?token={make_link(store, ensure_owner(store))}"


class _Server(uvicorn.Server):
    """A server that says when it answers, and ends quietly when it is told to."""

    def __init__(self, configuration: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then say so."""
        await super().startup(sockets)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._ready()

    def _stop(self, _number: int, _frame: Any) -> None:
        finish_undisturbed()
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise _refusal(host, port, error) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _refusal(host, port, error) from error
    listener.listen(2048)
    return listener


def _refusal(host: str, port: int, error: OSError) -> Exception:
    if error.errno == errno.EADDRINUSE:
        return ScenarioError(
            f"Port {port} is taken; choose another --port, or 0 for any that is free."
        )
    if isinstance(error, socket.gaierror) or error.errno in {errno.EADDRNOTAVAIL, errno.EACCES}:
        return ScenarioError(f"{host}:{port} cannot be listened on: {error.strerror}.")
    return StoreError(f"{host}:{port} cannot be listened on: {error.strerror}.")


def _in_url(host: str) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - shown, not bound
    return f"[{shown}]" if ":" in shown else shown
