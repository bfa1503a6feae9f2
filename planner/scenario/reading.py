"""From a TOML file and settings on the command line to a scenario, or to every reason why not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.findings import Finding
from planner.scenario.document import Document, apply_setting, read_document
from planner.scenario.reasons import show_value, word_reasons

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from planner.scenario.model import Scenario

Location = tuple[str | int, ...]


def read_scenario(path: Path, settings: Iterable[str] = ()) -> Scenario:
    """Read a scenario, with everything that it extends and ``--set`` changes on top.

    Parameters
    ----------
    path
        The TOML file.
    settings
        ``dotted.key=value`` texts, applied in order.

    Raises
    ------
    ScenarioError
        When a file, key, type or value is wrong; the findings name key, line and what is known.
    """
    document = read_document(path)
    for setting in settings:
        document = apply_setting(document, setting)
    return build_scenario(document)


def build_scenario(document: Document) -> Scenario:
    """Return the scenario of a document.

    Raises
    ------
    ScenarioError
        When keys are unknown or values of the wrong type; all are named at once.
    """
    from pydantic import ValidationError

    from planner.scenario.model import Scenario

    try:
        return Scenario.model_validate(document.values)
    except ValidationError as error:
        findings = tuple(
            _explain(details, document, Scenario) for details in _most_telling(error.errors())
        )
        lines = "\n".join(f"  {finding.message}" for finding in findings)
        count = f"{len(findings)} key{'s are' if len(findings) > 1 else ' is'} wrong"
        raise ScenarioError(f"{document.path.name}: {count}.\n{lines}", findings) from None


def _most_telling(errors: Sequence[ErrorDetails]) -> list[list[ErrorDetails]]:
    """Gather the errors of each key: a union reports each of its branches.

    Where a branch goes deeper into the value, the user meant that branch: it speaks alone.
    """
    kept: dict[Location, list[ErrorDetails]] = {}
    for detail in errors:
        kept.setdefault(_plain_location(detail["loc"]), []).append(detail)
    return [
        details
        for key, details in kept.items()
        if not any(len(other) > len(key) and other[: len(key)] == key for other in kept)
    ]


def _plain_location(location: Location) -> Location:
    """Drop what pydantic adds to a location to name the branch of a union."""
    return tuple(part for part in location if isinstance(part, int) or not _is_branch(part))


def _is_branch(part: str) -> bool:
    return (
        part in {"int", "str", "float", "bool", "decimal", "[key]"}
        or part.startswith("constrained-")
        or part.endswith("]")
        or "function-" in part
    )


def _explain(
    details: Sequence[ErrorDetails], document: Document, model: type[BaseModel]
) -> Finding:
    detail = details[0]
    location = _plain_location(detail["loc"])
    key = ".".join(str(part) for part in location) or "the scenario"
    place = document.place(location)
    if detail["type"] == "extra_forbidden":
        advice = _nearest_advice(location, model)
        message = f"{place}: unknown key {key!r}. {advice}".rstrip()
        return Finding(
            severity="error",
            code="scenario.unknown_key",
            message=message,
            column=key,
            advice=advice,
        )
    if detail["type"] == "missing":
        message = f"{place}: {key!r} is missing."
        return Finding(severity="error", code="scenario.missing_key", message=message, column=key)
    value = show_value(detail["input"])
    message = f"{place}: {key} = {value}: {word_reasons(details)}."
    return Finding(
        severity="error",
        code="scenario.wrong_value",
        message=message,
        column=key,
        value="" if isinstance(detail["input"], dict) else value,
    )


def _nearest_advice(location: Location, model: type[BaseModel]) -> str:
    known = known_keys(model, location[:-1])
    if not known:
        return ""
    wrong = str(location[-1])
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    everywhere = [path for path in all_keys(model) if path.rpartition(".")[2] == wrong]
    elsewhere = f" {wrong!r} belongs to {everywhere[0]!r}." if everywhere else ""
    return f"Known keys here: {', '.join(known)}.{elsewhere}"


def known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys that a table of the scenario may hold."""
    from planner.scenario.starter import model_in

    for part in location:
        if isinstance(part, int) or part.isdigit():
            continue
        field = _fields(model).get(str(part))
        inner = model_in(field.annotation) if field else None
        if inner is None:
            continue
        model = inner
    return list(_fields(model))


def all_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Return every key of the scenario by its dotted path."""
    from planner.scenario.starter import model_in

    keys: list[str] = []
    for name, field in _fields(model).items():
        keys.append(prefix + name)
        inner = model_in(field.annotation)
        if inner is not None:
            keys += all_keys(inner, f"{prefix}{name}.")
    return keys


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}
