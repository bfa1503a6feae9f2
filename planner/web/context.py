"""What routes depend on: who asks, which plan, and the store."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Path, Request

from planner.review.decisions.releases import released_territories
from planner.review.people import Person
from planner.review.plans import OpenPlan, PlanRegistry
from planner.review.roles import Action
from planner.review.sessions import find_by_identity, find_person
from planner.review.store import Store
from planner.review.versions import find_new_version, may_open, read_version
from planner.web.failures import NotAllowedError, NotFoundError, NotSignedInError
from planner.web.protection import SAFE
from planner.web.settings import Settings


def current_settings(request: Request) -> Settings:
    """Return what the application was started with."""
    settings: Settings = request.app.state.settings
    return settings


def current_store(request: Request) -> Store:
    """Return the store."""
    store: Store = request.app.state.store
    return store


def known_plans(request: Request) -> PlanRegistry:
    """Return the plans under review."""
    plans: PlanRegistry = request.app.state.plans
    return plans


def find_visitor(request: Request) -> Person | None:
    """Return who asks, by a trusted proxy's word or by the request's session; None for nobody."""
    settings, store = current_settings(request), current_store(request)
    parameters = settings.parameters.sign_in
    if parameters.identity_header and comes_through_proxy(request):
        name = request.headers.get(parameters.identity_header, "")
        return find_by_identity(store, name) if name else None
    token = request.cookies.get(settings.cookie)
    return find_person(store, token, parameters) if token else None


def comes_through_proxy(request: Request) -> bool:
    """Return whether a request reached us from an address whose headers are believed."""
    trusted = current_settings(request).parameters.sign_in.trusted_proxies
    if not trusted or request.client is None:
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network, strict=False) for network in trusted)


def address_of(request: Request) -> str:
    """Return where a request comes from, as the nearest trusted proxy says."""
    if comes_through_proxy(request):
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded[:100]
    return request.client.host if request.client else ""


def is_encrypted(request: Request) -> bool:
    """Return whether the browser reached us, or our proxy, over TLS."""
    if request.url.scheme == "https":
        return True
    forwarded = request.headers.get("x-forwarded-proto", "")
    return comes_through_proxy(request) and forwarded == "https"


def current_person(request: Request) -> Person:
    """Return who asks.

    Raises
    ------
    NotSignedInError
        When the request has no session that is in force.
    """
    person = find_visitor(request)
    if person is None:
        raise NotSignedInError
    if person.role == "rep" and person.rep_id:
        released = released_territories(current_store(request), person.rep_id)
        person = replace(person, released=released)
    if request.method not in SAFE:
        _check_token(request, person)
    return person


def _check_token(request: Request, person: Person) -> None:
    """Refuse a change without the session's token: another site cannot read it."""
    given = request.headers.get("x-csrf-token", "")
    if not secrets.compare_digest(given.encode(), person.csrf.encode()):
        raise NotAllowedError("The page is out of date, or the request is not ours. Reload it.")


def require(person: Person, action: Action) -> None:
    """Refuse what a person's role does not allow.

    Raises
    ------
    NotAllowedError
        When it does not.
    """
    if not person.may(action):
        raise NotAllowedError(f"The role {person.role} does not allow this.")


Address = Annotated[str, Path(max_length=80, pattern="^[a-z0-9-]+$")]
Viewer = Annotated[Person, Depends(current_person)]


# What waits for nothing is given on the event loop: a thread of its own would cost more than it.
async def give_store(request: Request) -> Store:
    """Give a route the store."""
    return current_store(request)


async def give_plans(request: Request) -> PlanRegistry:
    """Give a route the plans under review."""
    return known_plans(request)


async def give_settings(request: Request) -> Settings:
    """Give a route what the application was started with."""
    return current_settings(request)


Kept = Annotated[Store, Depends(give_store)]
Plans = Annotated[PlanRegistry, Depends(give_plans)]
Told = Annotated[Settings, Depends(give_settings)]


def opened_plan(plan: Address, plans: Plans, store: Kept, person: Viewer) -> OpenPlan:
    """Return the plan that an address names, for somebody who has signed in.

    Raises
    ------
    NotFoundError
        When there is none of that key, or it is not for him.
    """
    if plan not in plans:
        find_new_version(store, plans, plan)
    if not may_open(person, read_version(store, plan)):
        raise NotFoundError
    return plans.get(plan)


Opened = Annotated[OpenPlan, Depends(opened_plan)]
