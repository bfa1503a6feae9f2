"""What the application is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from planner.review.parameters import ReviewParameters
from planner.review.views.years import YearTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What ``planner review`` was told.

    Parameters
    ----------
    plans
        Folders of the plans, in the order in which they were named.
    database
        Address of the store.
    host, port
        Where it listens.
    parameters
        The settings file, or its defaults.
    year
        What came in since the plans were made; None shows no year.
    """

    plans: tuple[Path, ...]
    database: str
    host: str = "127.0.0.1"
    port: int = 0
    parameters: ReviewParameters = field(default_factory=ReviewParameters)
    year: YearTables | None = None

    @property
    def cookie(self) -> str:
        """Return the session cookie's name; browsers share cookies between the ports of a host."""
        return f"planner_session_{self.port}" if self.port else "planner_session"
