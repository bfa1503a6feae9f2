"""Pages: templates, navigation, and what every page knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined

from planner.review.people import Person
from planner.review.roles import ROLES, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """One entry of the bar above every page.

    Parameters
    ----------
    label
        As people read it.
    path
        Where it leads; ``{plan}`` stands for the plan's key.
    roles
        Who sees the entry.
    order
        From left to right.
    """

    label: str
    path: str
    roles: tuple[Role, ...] = ROLES
    order: int = 50

    @property
    def of_plan(self) -> bool:
        """Return whether the entry belongs to one plan."""
        return "{plan}" in self.path


def make_templates(navigation: Sequence[Navigation]) -> Jinja2Templates:
    """Return the page templates; a name that a page does not give is an error."""
    environment = Environment(
        loader=PackageLoader("planner.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["navigation"] = tuple(navigation)
    environment.globals["asset"] = asset
    environment.filters["amount"] = word_amount
    return Jinja2Templates(env=environment)


def word_amount(text: str) -> str:
    """Return an exact amount with groups of thousands, its cents only where there are any."""
    number = Decimal(text)
    whole = number == number.to_integral_value()
    return f"{number:,.0f}" if whole else f"{number:,}"


@cache
def asset(name: str) -> str:
    """Return a static file's address, which changes with its content so that it may be kept."""
    content = (resources.files("planner.web") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def render(
    request: Request,
    template: str,
    person: Person | None,
    *,
    plan: str | None = None,
    status_code: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    template
        Its file in ``templates``.
    person
        Who reads it, None before he signed in.
    plan
        The plan's key, None on pages of no plan.
    status_code
        Of the response.
    values
        What the template shows.
    """
    context = {"person": person, "plan_key": plan, **values}
    templates: Jinja2Templates = request.app.state.templates
    response = templates.TemplateResponse(request, template, context, status_code=status_code)
    return HTMLResponse(response.body, status_code=status_code)
