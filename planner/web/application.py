"""The application: plans, store, pages and routes put together."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module, resources

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

import planner.web
from planner import __version__
from planner.review.memory import keep_memory_low
from planner.review.runner import Runner
from planner.review.store import open_store
from planner.review.versions import open_versions
from planner.review.views.scenes import read_background
from planner.review.views.years import Years
from planner.web.desks import prepare_desks
from planner.web.failures import add_failures
from planner.web.pages import Navigation, make_templates
from planner.web.protection import add_protection
from planner.web.settings import Settings


def create_application(settings: Settings) -> FastAPI:
    """Return the review application over some plans.

    Parameters
    ----------
    settings
        What ``planner review`` was told.

    Raises
    ------
    ScenarioError
        When a folder is no plan's, or the database's address is none.
    StoreError
        When a plan is damaged, or the database cannot be opened.
    """
    keep_memory_low()
    read_background()
    application = FastAPI(
        title="Territory planner: review", version=__version__, docs_url=None, redoc_url=None,
        openapi_url=None, lifespan=_lifespan,
    )  # fmt: skip
    state = application.state
    state.settings = settings
    state.store = open_store(settings.database)
    state.plans = open_versions(state.store, settings.plans)
    state.runner = Runner(
        store=state.store, plans=state.plans, time_limit=settings.parameters.replan_seconds
    )
    state.years = Years(tables=settings.year)
    routers, navigation = find_routers()
    state.templates = make_templates(navigation)
    for router in routers:
        application.include_router(router)
    static = resources.files("planner.web") / "static"
    application.mount("/static", StaticFiles(directory=str(static)), name="static")
    prepare_desks(application)
    add_failures(application)
    add_protection(application, settings)
    return application


def find_routers() -> tuple[list[APIRouter], list[Navigation]]:
    """Return every ``router`` of this folder's modules, by name, and their ``NAVIGATION``."""
    names = sorted(info.name for info in pkgutil.iter_modules(planner.web.__path__))
    modules = [import_module(f"planner.web.{name}") for name in names]
    routers = [module.router for module in modules if hasattr(module, "router")]
    entries = [entry for module in modules for entry in getattr(module, "NAVIGATION", ())]
    return routers, sorted(entries, key=lambda entry: entry.order)


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    yield
    application.state.runner.close()
    application.state.store.close()
