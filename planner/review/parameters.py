"""How a review runs: the keys of the settings file that ``planner review --settings`` takes."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from planner.errors import ScenarioError
from planner.parameters import Parameters

Level = Literal["managers", "finance"]
# One host; nothing that could end its part of a header.
TILES = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+/[^\s;,\"']*")


class ApprovalParameters(Parameters):
    """Who must approve a plan before it can be published."""

    levels: tuple[Level, ...] = Field(
        default=("managers", "finance"),
        description="The levels in their order; an empty list publishes without approval.",
    )

    @field_validator("levels")
    @classmethod
    def _check_once(cls, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        if len(set(levels)) < len(levels):
            message = "each level is named once"
            raise ValueError(message)
        return levels


class SignInParameters(Parameters):
    """Sessions, passwords and identity from a proxy."""

    session_hours: float = Field(
        default=12.0, gt=0, le=24 * 90, description="A session ends this long after it began."
    )
    idle_minutes: float = Field(
        default=120.0, gt=0, description="A session ends after this long without a request."
    )
    attempts: int = Field(
        default=5, ge=1, description="Failed log-ins by name or address before it has to wait."
    )
    attempt_minutes: float = Field(
        default=15.0, gt=0, description="How long failed log-ins are remembered."
    )
    identity_header: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9-]+$",
        description="Header in which a trusted proxy names the user, such as X-Forwarded-User.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses or networks whose identity header is believed."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for network in proxies:
            ipaddress.ip_network(network, strict=False)
        return proxies

    @model_validator(mode="after")
    def _check_trust(self) -> SignInParameters:
        if self.identity_header and not self.trusted_proxies:
            message = "identity_header needs trusted_proxies: anybody could send the header"
            raise ValueError(message)
        return self


def read_parameters(path: Path) -> ReviewParameters:
    """Read a settings file.

    Raises
    ------
    ScenarioError
        When it is not there, no TOML, or holds a key or value that is not known.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return ReviewParameters.model_validate(document)
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise ScenarioError(f"{path}: {'; '.join(problems)}.") from error
    except ValueError as error:
        raise ScenarioError(f"{path} is no TOML: {error}.") from error


class ReviewParameters(Parameters):
    """Everything that a review can be set to."""

    approval: ApprovalParameters = Field(
        default_factory=ApprovalParameters, description="Who approves, in which order."
    )
    sign_in: SignInParameters = Field(
        default_factory=SignInParameters, description="Sessions, passwords, proxy."
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="Names by which browsers may reach the server."
    )
    max_body_kb: int = Field(
        default=2048, ge=16, description="The largest request that is read, KB."
    )
    tile_server: str | None = Field(
        default=None,
        description="Address of map tiles; without it nothing is loaded from outside.",
    )
    tile_credit: str = Field(
        default="", max_length=200, description="What the tile server wants to be named by."
    )
    replan_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Time limit of a re-plan's alignment; none is counted effort.",
    )

    @field_validator("tile_server")
    @classmethod
    def _check_tiles(cls, address: str | None) -> str | None:
        known = address is None or TILES.fullmatch(address)
        if not known or any(part not in (address or part) for part in ("{z}", "{x}", "{y}")):
            message = "a tile server is an http address with {z}, {x} and {y}"
            raise ValueError(message)
        return address
