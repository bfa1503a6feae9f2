"""A scenario's TOML as written: its keys, where each stands, and what it extends."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.errors import ScenarioError

LARGEST_FILE = 4_000_000
_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
# A key of so many parts is no mistake of a person, and each part costs a table.
_DEEP_KEY = re.compile(r"^[ \t\[]*[\w\"'-]+(?:\.[\w\"'-]+){50}", re.MULTILINE)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"([^"]*)"|'([^']*)'""")

Path_ = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The merged keys of a scenario and of all it extends.

    Parameters
    ----------
    values
        The keys as nested tables.
    lines
        Where each key was last written: file name and line, by dotted path.
    path
        The scenario's own file.
    """

    values: dict[str, Any]
    lines: dict[Path_, tuple[str, int]] = field(default_factory=dict)
    path: Path

    def place(self, location: Sequence[str | int]) -> str:
        """Return ``file, line n`` of a key, of the nearest table that holds it, or of its first key."""
        parts = tuple(str(part) for part in location)
        above = (parts[:length] for length in range(len(parts), 0, -1))
        below = (path for path in self.lines if parts and path[: len(parts)] == parts)
        known = next((path for path in (*above, *below) if path in self.lines), None)
        if known is None:
            return self.path.name
        name, line = self.lines[known]
        return f"{name}, line {line}" if line else name


def read_document(path: Path, trail: tuple[Path, ...] = ()) -> Document:
    """Read a TOML file and everything it extends, the nearer file winning.

    Raises
    ------
    ScenarioError
        When a file is missing, unreadable, not TOML, or extends itself.
    """
    here = path.resolve()
    if here in trail:
        names = " → ".join(file.name for file in (*trail, here))
        raise ScenarioError(f"The scenario extends itself: {names}.")
    text = _read_text(path)
    values = _parse(text, path)
    base = values.pop("extends", None)
    lines = _find_lines(text, path.name)
    if base is None:
        return Document(values=values, lines=lines, path=path)
    below = read_document(_find_base(path, base), (*trail, here))
    return Document(values=merge(below.values, values), lines={**below.lines, **lines}, path=path)


def _find_base(path: Path, base: Any) -> Path:
    """Return the scenario that one extends: its path from the one that names it."""
    if not isinstance(base, str) or "\0" in base:
        raise ScenarioError(f"{path.name}: extends must be the name of a file, not {base!r}.")
    return path.parent / base


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return two nested tables as one; ``above`` wins, lists are replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def apply_setting(document: Document, setting: str) -> Document:
    """Return the document with one ``dotted.key=value`` changed.

    Raises
    ------
    ScenarioError
        When the text has no ``=`` or its path runs through something that is not a table.
    """
    key, separator, raw = setting.partition("=")
    path = split_key(key)
    if not separator or not path:
        raise ScenarioError(
            f"--set needs KEY=VALUE, for example quota.goal=90_000_000, not {setting!r}."
        )
    values = _replace(document.values, path, parse_value(raw.strip()), key)
    lines = {**document.lines, path: (f"--set {key.strip()}", 0)}
    return Document(values=values, lines=lines, path=document.path)


def parse_value(raw: str) -> Any:
    """Return a value written as TOML, or the text itself where it is not TOML."""
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except (ValueError, RecursionError):
        return raw


def split_key(key: str) -> Path_:
    """Return the parts of a dotted TOML key, quotes taken off."""
    return tuple(a or b or whole for whole, a, b in _parts(key))


def _parts(key: str) -> list[tuple[str, str, str]]:
    return [(m.group(0), m.group(1) or "", m.group(2) or "") for m in _PART.finditer(key)]


def _replace(node: Any, path: Path_, value: Any, key: str) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(node, list):
        if not head.isdigit() or int(head) >= len(node):
            raise ScenarioError(
                f"--set {key}: there is no entry {head!r} in a list of {len(node)}."
            )
        return [
            _replace(item, rest, value, key) if at == int(head) else item
            for at, item in enumerate(node)
        ]
    if node is not None and not isinstance(node, dict):
        raise ScenarioError(f"--set {key}: {head!r} cannot be set inside the value {node!r}.")
    table = dict(node or {})
    table[head] = _replace(table.get(head), rest, value, key)
    return table


def _read_text(path: Path) -> str:
    if path.is_dir():
        raise ScenarioError(f"{path} is a folder; name the scenario's TOML file inside it.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ScenarioError(
                f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB; that is no scenario."
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError(f"There is no scenario {path}.") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"{path.name} is not UTF-8 text (byte {error.start}): save it as UTF-8."
        ) from None
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror}.") from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    if _DEEP_KEY.search(text):
        raise ScenarioError(f"{path.name} is nested too deeply.")
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name} is not valid TOML: {error}.") from None
    except ValueError:
        # Python refuses to read whole numbers of more than some thousand digits.
        raise ScenarioError(f"{path.name} holds a number of too many digits.") from None
    except RecursionError:
        raise ScenarioError(f"{path.name} is nested too deeply.") from None


def _find_lines(text: str, name: str) -> dict[Path_, tuple[str, int]]:
    lines: dict[Path_, tuple[str, int]] = {}
    counts: dict[Path_, int] = {}
    table: Path_ = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header and not (key and key.end() <= header.start(2)):
            table = _table_path(split_key(header.group(2)), header.group(1) == "[[", counts)
            lines[table] = (name, number)
        elif key:
            path = (*table, *split_key(key.group(1)))
            lines[path] = (name, number)
    return lines


def _table_path(path: Path_, repeated: bool, counts: dict[Path_, int]) -> Path_:
    if not repeated:
        return path
    counts[path] = counts.get(path, -1) + 1
    return (*path, str(counts[path]))
