"""What stands before every route: host, size, cross-site requests, and the headers of answers.

A request that changes something must come from a page of ours (``Sec-Fetch-Site`` and
``Origin``, as browsers send them) and carry the session's token in ``X-CSRF-Token``; the token
is checked in :mod:`planner.web.context`, because it belongs to the session.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from planner.web.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def add_protection(application: FastAPI, settings: Settings) -> None:
    """Put the guards before an application; the last that is added meets a request first."""
    application.add_middleware(BodyLimit, limit=settings.parameters.max_body_kb * 1024)
    application.add_middleware(SameSite)
    application.add_middleware(
        HostGuard, hosts=allowed_names(settings), local=is_local(settings.host)
    )
    application.add_middleware(AnswerHeaders, policy=policy_for(settings.parameters.tile_server))


def policy_for(tile_server: str | None) -> str:
    """Return what a page may load: nothing from outside but the pictures of a named tile server."""
    parts = urlsplit(tile_server or "")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return POLICY
    return POLICY.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")


def is_local(host: str) -> bool:
    """Return whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed_names(settings: Settings) -> frozenset[str]:
    """Return the names by which browsers may reach the application, beside literal addresses."""
    own = {"localhost"} if is_local(settings.host) else {"localhost", socket.gethostname().lower()}
    named = {name.lower() for name in settings.parameters.hosts}
    return frozenset(own | named | {settings.host.lower()})


def is_allowed(host: str, names: frozenset[str], *, local: bool) -> bool:
    """Return whether a ``Host`` header may be answered.

    A name that is not ours may have been pointed at us by a foreign page (DNS rebinding); a
    literal address cannot be.
    """
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower()
    if name in names:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not local


class HostGuard:
    """Refuses requests under a name that is not ours."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], local: bool) -> None:
        self.app, self.hosts, self.local = app, hosts, local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] == "http":
            host = Headers(scope=scope).get("host", "")
            if not is_allowed(host, self.hosts, local=self.local):
                await _refuse(
                    421, "This server does not answer to that name.", scope, receive, send
                )
                return
        await self.app(scope, receive, send)


class SameSite:
    """Refuses changes that another site's page asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            if not comes_from_us(headers, scope.get("scheme", "http")):
                await _refuse(
                    403, "Changes are taken from our own pages only.", scope, receive, send
                )
                return
        await self.app(scope, receive, send)


def comes_from_us(headers: Headers, scheme: str) -> bool:
    """Return whether a request that changes something may come from where it says it comes from."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    if origin is None:
        return True
    schemes = {scheme, headers.get("x-forwarded-proto", scheme)}
    return origin.lower() in {f"{name}://{headers.get('host', '').lower()}" for name in schemes}


class BodyLimit:
    """Refuses bodies over a size, whether announced or found while they are read."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        body = await self._read(Headers(scope=scope), receive)
        if body is None:
            await _refuse(413, "The request is larger than is taken.", scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """Return the whole body, None where it is too large."""
        announced = headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > self.limit:
            return None
        chunks, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self.limit:
                return None
            more = message.get("more_body", False)
        return b"".join(chunks)


class AnswerHeaders:
    """Gives every answer the headers that keep browsers strict."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = {**HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = "private, max-age=31536000, immutable" if _is_asset(scope) else "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", kept)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _is_asset(scope: Scope) -> bool:
    return scope["path"].startswith("/static/") and b"v=" in scope.get("query_string", b"")


async def _refuse(code: int, message: str, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"error": message}, status_code=code)(scope, receive, send)
