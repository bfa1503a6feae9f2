"""Writes the reference of scenario keys, tables and files from the code, before a build reads it."""

from __future__ import annotations

import re
import tomllib
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from planner.cli.commands import COMMANDS
from planner.inputs.tables import Column, Table, known_tables
from planner.scenario.model import Scenario
from planner.scenario.starter import model_in, toml_value

if TYPE_CHECKING:
    import click
    from sphinx.application import Sphinx

OUTPUTS = Path(__file__).with_name("outputs.toml")
PLAIN = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Decimal: "number",
    str: "text",
    date: "date",
}
KINDS = {
    "id": "id",
    "text": "text",
    "money": "money",
    "number": "number",
    "whole": "whole number",
    "date": "date",
    "list": "list",
    "flag": "true or false",
}
LARGE = 10**12
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The keys of one table of the scenario.

    Parameters
    ----------
    paths
        Dotted paths of the tables that hold these keys; several where they are alike.
    headers
        How TOML writes each of them, in the same order.
    model
        What is read from it.
    description
        What it is about, one for each path.
    """

    paths: tuple[str, ...]
    headers: tuple[str, ...]
    model: type[BaseModel]
    descriptions: tuple[str, ...]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the writing of the pages with Sphinx."""
    app.setup_extension("sphinx_click")
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir)))
    app.connect("sphinx-click-process-epilog", _show_examples)
    app.connect("sphinx-click-process-options", _show_defaults)
    return {"parallel_read_safe": True}


def _show_examples(_app: Sphinx, ctx: click.Context, lines: list[str]) -> None:
    """Show what follows a command's options as a terminal would."""
    text = (ctx.command.epilog or "").replace("\b\n", "").strip("\n")
    shown = [f"   {line}".rstrip() for line in text.splitlines()]
    lines[:] = ["", ".. code-block:: text", "", *shown, ""] if text else []


def _show_defaults(_app: Sphinx, _ctx: click.Context, lines: list[str]) -> None:
    """Show the default of a path as it is typed."""
    lines[:] = [re.sub(r"PosixPath\('([^']*)'\)", r"'\1'", line) for line in lines]


def write_pages(docs: Path) -> None:
    """Write every generated page, and leave one alone that has not changed."""
    folder = docs / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "commands.inc": commands_part(),
        "scenario.md": scenario_page(),
        "tables.md": tables_page(),
        "files.md": files_page(),
    }
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def commands_part() -> str:
    """Return a section for each command, which sphinx-click fills in."""
    parts = [
        f"```{{eval-rst}}\n.. click:: planner.cli.{module}:command\n   :prog: planner {name}\n   :nested: full\n```\n"
        for name, (module, _) in COMMANDS.items()
    ]
    return "\n".join(parts)


def scenario_page() -> str:
    """Return the page of every scenario key."""
    lines = [
        "# Scenario keys",
        "",
        "A scenario is one TOML file. Every key below may be left out unless it says *required*; the",
        'default is then in force, and `plan.json` records it. `extends = "other.toml"` at the top',
        "takes over another scenario, so that only the differences are written. Any key can be",
        "changed for one run by its dotted path: `--set alignment.disruption.max_account_share=0.1`.",
        "`planner init` writes a JSON schema of the same keys, with which an editor completes and",
        "checks them. NAME or ROLE in a header stands for a name of yours.",
        "",
    ]
    for section in sections():
        lines += [*_section_lines(section), ""]
    return "\n".join(lines)


def sections() -> list[Section]:
    """Return the tables of the scenario in the order in which a planner meets them."""
    return list(_walk(Scenario, ("",), ("",), ("The top of the file.",)))


def _walk(
    model: type[BaseModel], paths: tuple[str, ...], headers: tuple[str, ...], words: tuple[str, ...]
) -> Iterator[Section]:
    yield Section(paths=paths, headers=headers, model=model, descriptions=words)
    alike: dict[type[BaseModel], list[tuple[str, FieldInfo]]] = {}
    for key, field in _fields(model):
        inner = model_in(field.annotation)
        if inner is not None:
            alike.setdefault(inner, []).append((key, field))
    for inner, group in alike.items():
        below = tuple(f"{paths[0]}{key}." for key, _ in group)
        shown = tuple(_header(headers[0], key, field) for key, field in group)
        yield from _walk(inner, below, shown, tuple(field.description or "" for _, field in group))


def _header(above: str, key: str, field: FieldInfo) -> str:
    kind = _container(field.annotation)
    name = "ROLE" if key == "plans" else "NAME"
    prefix = above.strip("[]")
    path = f"{prefix}.{key}" if prefix else key
    if kind is dict:
        return f"[{path}.{name}]"
    return f"[[{path}]]" if kind in {tuple, list} else f"[{path}]"


def _container(annotation: Any) -> type | None:
    """Return dict, tuple or list where a field holds several models, else None."""
    origin = typing.get_origin(annotation)
    if origin in {dict, tuple, list}:
        return typing.cast("type", origin)
    for part in typing.get_args(annotation):
        if model_in(part) is not None and typing.get_origin(part) in {dict, tuple, list}:
            return typing.cast("type", typing.get_origin(part))
    return None


def _section_lines(section: Section) -> list[str]:
    top = section.paths == ("",)
    lines = ["## The top of the file" if top else f"## `{section.headers[0]}`", ""]
    if len(section.paths) > 1:
        lines += ["Likewise for each of these tables:", "", "| table | is about |", "| --- | --- |"]
        pairs = zip(section.headers, section.descriptions, strict=True)
        lines += [f"| `{header}` | {escape(words)} |" for header, words in pairs]
        lines.append("")
    elif not top:
        lines += [escape(section.descriptions[0]), ""]
    lines += ["| key | holds | default | meaning |", "| --- | --- | --- | --- |"]
    lines += [_key_line(key, field) for key, field in _fields(section.model)]
    return lines


def _key_line(key: str, field: FieldInfo) -> str:
    cells = (f"`{key}`", holds(field), _default(field), escape(field.description or ""))
    return f"| {' | '.join(cells)} |"


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def _default(field: FieldInfo) -> str:
    if model_in(field.annotation) is not None:
        return "*required*" if field.is_required() else ""
    default = field.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return "*required*"
    if default is None or default in ((), {}):
        return ""
    plain = float(default) if isinstance(default, Decimal) else default
    return f"`{escape_code(toml_value(plain))}`"


def holds(field: FieldInfo) -> str:
    """Return in words what a key may hold, with its limits."""
    return escape(_words(field.annotation) + _limits(field.metadata))


def _words(annotation: Any) -> str:
    if _model(annotation) is not None:
        return "table"
    if annotation in PLAIN:
        return PLAIN[annotation]
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    kinds = [part for part in parts if part is not Ellipsis and part is not type(None)]
    if origin is typing.Annotated:
        words = _words(parts[0]) + _limits(annotation.__metadata__)
    elif origin is typing.Literal:
        words = " or ".join(toml_value(part) for part in parts)
    elif origin is dict:
        words = f"table of name = {_words(parts[1])}"
    elif origin in {tuple, list}:
        words = f"list of {' and '.join(_words(kind) for kind in kinds)}"
    elif origin in {types.UnionType, typing.Union}:
        words = ", or ".join(_words(kind) for kind in kinds)
    else:
        message = f"no words for the type {annotation!r}"
        raise TypeError(message)
    return words


def _model(annotation: Any) -> type[BaseModel] | None:
    plain = isinstance(annotation, type) and not typing.get_args(annotation)
    return annotation if plain and issubclass(annotation, BaseModel) else None


def _limits(metadata: typing.Iterable[Any]) -> str:
    found: list[str] = []
    for item in metadata:
        inner = item.metadata if isinstance(item, FieldInfo) else [item]
        for limit in inner:
            given = ((sign, getattr(limit, name, None)) for name, sign in SIGNS.items())
            found += [f"{sign} {value:g}" for sign, value in given if _is_telling(value)]
    return f" ({', '.join(found)})" if found else ""


def _is_telling(limit: Any) -> bool:
    """Return whether a limit says anything to a person: those of the number format do not."""
    return limit is not None and bool(abs(limit) < LARGE)


def tables_page() -> str:
    """Return the page of every table and column that can be read."""
    lines = [
        "# Tables",
        "",
        "What the planner reads. A * marks a column that the table cannot do without; all others may",
        "be missing. Headers are matched without regard to case, spaces and punctuation, by our name or",
        "one of the others; `columns` of `[inputs.TABLE]` names any other header.",
        "Money is in units of the row's currency, else of the plan's.",
        "",
    ]
    for table in known_tables().values():
        lines += [*_table_lines(table), ""]
    return "\n".join(lines)


def _table_lines(table: Table) -> list[str]:
    head = [f"## {table.name}", "", escape(table.description), ""]
    rows = ["| column | holds | meaning | also known as |", "| --- | --- | --- | --- |"]
    return head + rows + [_column_line(column) for column in table.columns]


def _column_line(column: Column) -> str:
    star = " *" if column.required else ""
    aliases = ", ".join(column.aliases)
    cells = (f"`{column.name}`{escape(star)}", _column_kind(column), escape(column.description))
    return f"| {' | '.join(cells)} | {escape(aliases)} |"


def _column_kind(column: Column) -> str:
    words = KINDS[column.kind]
    if column.values:
        words = ", ".join(column.values)
    if column.unit:
        words += f", {column.unit}"
    if column.low is not None and column.high is not None:
        words += f", {column.low:g} to {column.high:g}"
    elif column.low is not None:
        words += f", at least {column.low:g}"
    return escape(words)


def files_page() -> str:
    """Return the page of a plan's folder."""
    document = output_words()
    lines = ["# A plan's folder", "", document["intro"].strip(), "", "| file | holds |"]
    lines += ["| --- | --- |"]
    lines += [f"| `{name}` | {escape(words)} |" for name, words in document["files"].items()]
    for name, columns in document["columns"].items():
        lines += ["", f"## {name}.csv", "", document["about"][name].strip(), ""]
        lines += ["| column | holds |", "| --- | --- |"]
        lines += [f"| `{column}` | {escape(words)} |" for column, words in columns.items()]
    lines += ["", "## plan.json", "", document["about"]["plan"].strip(), ""]
    lines += ["| key | holds |", "| --- | --- |"]
    lines += [f"| `{key}` | {escape(words)} |" for key, words in document["plan"].items()]
    lines += ["", "## planner backtest", "", document["about"]["backtest"].strip(), ""]
    lines += ["| key | holds |", "| --- | --- |"]
    lines += [f"| `{key}` | {escape(words)} |" for key, words in document["backtest"].items()]
    return "\n".join(lines) + "\n"


def output_words() -> dict[str, Any]:
    """Return what each file, column and key that the planner writes is about."""
    return tomllib.loads(OUTPUTS.read_text(encoding="utf-8"))


def escape(text: str) -> str:
    """Return text as a cell of a Markdown table shows it as written."""
    for sign in "\\|$*<[]":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def escape_code(text: str) -> str:
    """Return code as a cell of a Markdown table shows it as written."""
    return text.replace("|", "\\|")
