"""``--vary``: the combinations of values of several scenario keys, each a scenario of its own."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ScenarioError
from planner.scenario.document import Document, apply_setting, parse_value, read_document, split_key
from planner.scenario.reading import build_scenario

if TYPE_CHECKING:
    from planner.scenario.model import Scenario

MOST_COMBINATIONS = 10_000
LONGEST_NAME = 90
_OPENING, _CLOSING = "[{(", "]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One scenario key and the values that it takes in turn.

    Parameters
    ----------
    key
        Its dotted path, as written.
    texts
        The values as written, in order.
    """

    key: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One scenario of a sweep.

    Parameters
    ----------
    name
        Readable, safe as a folder's name, and its own within the sweep.
    values
        What was varied, as written, by key.
    scenario
        With those values in force.
    """

    name: str
    values: dict[str, str]
    scenario: Scenario


def read_variation(text: str) -> Variation:
    """Read ``KEY=V1,V2,...``; a value may be a TOML list, table or quoted text.

    Raises
    ------
    ScenarioError
        When there is no key, no value, or a value twice.
    """
    key, separator, raw = text.partition("=")
    values = split_values(raw)
    if not separator or not split_key(key) or not all(values):
        message = f"--vary needs KEY=V1,V2,..., for example quota.goal=90_000_000,95_000_000, not {text!r}."
        raise ScenarioError(message)
    parsed = [json.dumps(parse_value(value), default=str, sort_keys=True) for value in values]
    twice = [value for place, value in enumerate(values) if parsed[place] in parsed[:place]]
    if twice:
        raise ScenarioError(f"--vary {key.strip()} has the value {twice[0]} twice.")
    return Variation(key=key.strip(), texts=tuple(values))


def split_values(raw: str) -> list[str]:
    """Split at commas that stand outside brackets and quotes."""
    values, depth, quote = [""], 0, ""
    for letter in raw:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += (letter in _OPENING) - (letter in _CLOSING) if not quote else 0
        if letter == "," and depth == 0 and not quote:
            values.append("")
        else:
            values[-1] += letter
    return [value.strip() for value in values]


def combine(
    path: Path, variations: Sequence[Variation], settings: Sequence[str] = ()
) -> tuple[Combination, ...]:
    """Return every combination of the values, the last key varying fastest.

    Parameters
    ----------
    path
        The scenario's file.
    variations
        At least one.
    settings
        ``dotted.key=value`` texts in force in all of them.

    Raises
    ------
    ScenarioError
        When a key is unknown or given twice, a value is of the wrong type, or there are too many
        combinations; nothing has been worked out by then.
    """
    _refuse_repeats(variations)
    count = 1
    for variation in variations:
        count *= len(variation.texts)
    if count > MOST_COMBINATIONS:
        raise ScenarioError(
            f"{count:,} combinations are too many; {MOST_COMBINATIONS:,} is the limit."
        )
    document = read_document(path)
    for setting in settings:
        document = apply_setting(document, setting)
    build_scenario(document)
    labels = short_keys([variation.key for variation in variations])
    found: list[Combination] = []
    for texts in itertools.product(*(variation.texts for variation in variations)):
        scenario = _vary(document, variations, texts)
        found.append(
            Combination(
                name=name_combination(labels, texts),
                values={v.key: text for v, text in zip(variations, texts, strict=True)},
                scenario=scenario.model_copy(update={"name": _title(scenario, labels, texts)}),
            )
        )
    return _distinct(found)


def _vary(document: Document, variations: Sequence[Variation], texts: Sequence[str]) -> Scenario:
    try:
        for variation, text in zip(variations, texts, strict=True):
            document = apply_setting(document, f"{variation.key}={text}")
        return build_scenario(document)
    except ScenarioError as error:
        told = tuple(
            replace(finding, message=finding.message.replace("--set", "--vary"))
            for finding in error.findings
        )
        raise ScenarioError(str(error).replace("--set", "--vary"), told) from None


def _refuse_repeats(variations: Sequence[Variation]) -> None:
    if not variations:
        raise ScenarioError("A sweep needs at least one --vary KEY=V1,V2,...")
    keys = [split_key(variation.key) for variation in variations]
    for place, key in enumerate(keys):
        written = variations[place].key
        if key in keys[:place]:
            raise ScenarioError(f"--vary {written} is given twice; write all its values after one.")
        if key in {("name",), ("extends",)}:
            raise ScenarioError(f"--vary {written} changes nothing that is planned.")


def short_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """Return the shortest ends of dotted keys that tell them apart."""
    parts = [split_key(key) for key in keys]
    labels = []
    for place, key in enumerate(parts):
        others = [other for at, other in enumerate(parts) if at != place]
        length = next(
            (n for n in range(1, len(key)) if not any(key[-n:] == other[-n:] for other in others)),
            len(key),
        )
        # A last part such as "tolerance" or "weight" says too little alone.
        length = min(max(length, 2 if key[-1] in VAGUE else 1), len(key))
        labels.append(".".join(key[-length:]))
    return tuple(labels)


VAGUE = frozenset(
    {
        "tolerance",
        "hard",
        "weight",
        "min",
        "max",
        "rep",
        "manager",
        "method",
        "goal",
        "share",
        "buffer",
    }
)


def name_combination(labels: Sequence[str], texts: Sequence[str]) -> str:
    """Return a folder's name such as ``max_account_share=0.1,goal=95000000``."""
    pairs = [f"{label}={_plain(text)}" for label, text in zip(labels, texts, strict=True)]
    return ",".join(pairs)[:LONGEST_NAME].rstrip(".,= ")


def _plain(text: str) -> str:
    number = re.fullmatch(r"[+-]?[\d_]+(\.[\d_]+)?", text)
    cleaned = text.replace("_", "") if number else text
    return re.sub(r"[^\w.+-]+", "-", cleaned).strip("-") or "none"


def _title(scenario: Scenario, labels: Sequence[str], texts: Sequence[str]) -> str:
    pairs = (f"{label} {text}" for label, text in zip(labels, texts, strict=True))
    return f"{scenario.name}: {', '.join(pairs)}"


def _distinct(found: list[Combination]) -> tuple[Combination, ...]:
    """Tell combinations apart whose names were cut or cleaned to the same."""
    folded = [one.name.casefold() for one in found]
    return tuple(
        one if folded.count(folded[place]) == 1 else replace(one, name=f"{one.name}~{place + 1}")
        for place, one in enumerate(found)
    )
