"""A starter scenario with every key, made from the models themselves; each is explained once."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from planner.scenario.model import Scenario

WIDTH = 96
# What a planner must fill in; everything else may stay away and then has the default shown.
FIRST_VALUES: dict[str, str] = {
    "name": '"My plan"',
    "period.start": "2027-01-01",
    "inputs.accounts.path": '"accounts.csv"',
    "inputs.history.path": '"history.csv"',
    "inputs.reps.path": '"reps.csv"',
    "inputs.quotas.path": '"quotas.csv"',
    "inputs.opportunities.path": '"opportunities.csv"',
    "quota.goal": "10_000_000",
}
# What has no default and is shown, but is off.
SHOWN_VALUES: dict[str, str] = {
    f"inputs.{name}.path": f'"{name}.csv"' for name in ("activities", "events", "places")
}
EXAMPLES: dict[Any, str] = {
    Decimal: "100",
    float: "0.25",
    int: "100",
    str: '"…"',
    bool: "true",
    date: "2026-11-30",
}
# Where each model's keys are explained: under its first table.
Explained = dict[type[BaseModel], str]


def starter_text() -> str:
    """Return the starter scenario as TOML."""
    head = [
        "#:schema ./scenario.schema.json",
        "# Lines that begin with '# ' and a key are off; take the # away to change one. They show the",
        "# default, or an example where there is none. Lines that begin with '##' explain.",
        "",
    ]
    return "\n".join([*head, *_table(Scenario, "", {})]).rstrip() + "\n"


def _table(model: type[BaseModel], path: str, explained: Explained) -> Iterator[str]:
    """Write a table's own keys first, then its tables, as TOML demands."""
    later: list[tuple[str, FieldInfo]] = []
    known = explained.setdefault(model, path)
    if known != path:
        yield from _comment(f"The keys are explained at [{known.rstrip('.')}].")
    for name, field in model.model_fields.items():
        key = field.alias or name
        if model_in(field.annotation) is None:
            yield from _comment(field.description or "" if known == path else "")
            yield _key(f"{path}{key}", key, field)
        else:
            later.append((key, field))
    for key, field in later:
        yield from _subtable(f"{path}{key}", field, explained)


def _key(path: str, key: str, field: FieldInfo) -> str:
    if path in FIRST_VALUES:
        return f"{key} = {FIRST_VALUES[path]}"
    return f"# {key} = {SHOWN_VALUES.get(path) or _default(field)}"


def _subtable(path: str, field: FieldInfo, explained: Explained) -> Iterator[str]:
    inner = model_in(field.annotation)
    if inner is None:
        return
    yield ""
    yield from _comment(field.description or "")
    origin = typing.get_origin(field.annotation)
    active = any(known == path or known.startswith(f"{path}.") for known in FIRST_VALUES)
    if origin is dict:
        path = f"{path}.potential"
    header = f"[[{path}]]" if origin in {tuple, list} else f"[{path}]"
    lines = list(_table(inner, f"{path}.", explained))
    if active or (origin not in {tuple, list, dict} and not _is_optional(field)):
        yield header
        yield from lines
    else:
        yield from (
            f"# {line}" if line and not line.startswith("#") else line for line in (header, *lines)
        )


def _is_optional(field: FieldInfo) -> bool:
    return type(None) in typing.get_args(field.annotation)


def _comment(text: str) -> Iterator[str]:
    yield from (f"## {line}" for line in wrap(text, WIDTH))


def _default(field: FieldInfo) -> str:
    if field.examples:
        return toml_value(field.examples[0])
    default = field.get_default(call_default_factory=True)
    if default is None or default is PydanticUndefined:
        return _example(field.annotation)
    return toml_value(default)


def _example(annotation: Any) -> str:
    """Return a value of the type, as TOML writes it."""
    if annotation in EXAMPLES:
        return EXAMPLES[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return toml_value(arguments[0])
    if origin in {tuple, list, set, frozenset}:
        return f"[{_example(arguments[0])}]"
    if origin is dict:
        return "{}"
    inner = [one for one in arguments if one is not type(None)]
    return _example(inner[0]) if inner else '"…"'


def toml_value(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return _toml_scalar(value)


def _toml_scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return f"{value:_}" if abs(float(value)) >= 10_000 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _toml_key(key: str) -> str:
    return (
        key
        if key.replace("_", "").replace("-", "").isalnum() and key.isascii()
        else toml_value(key)
    )


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field's type holds, None where it holds plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) is None and not isinstance(annotation, types.UnionType):
        return None
    inner = (model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in inner if model is not None), None)
