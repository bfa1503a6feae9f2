"""The settings file of a review: its keys, what it refuses, and that it is documented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from planner.errors import ScenarioError
from planner.review.parameters import ReviewParameters, read_parameters

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "review_team.md"


def keys_of(model: type[BaseModel], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        inner = isinstance(kind, type) and issubclass(kind, BaseModel)
        found |= keys_of(kind, f"{above}{name}.") if inner else {f"{above}{name}"}  # type: ignore[arg-type]
    return found


def test_every_setting_is_documented_with_its_default(tmp_path: Path) -> None:
    """The page's file is read, has every key, and changes nothing."""
    text = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    path = tmp_path / "review.toml"
    path.write_text(text, encoding="utf-8")
    assert read_parameters(path) == ReviewParameters()
    everything = tomllib.loads(re.sub(r"^# (\w+ =)", r"\1", text, flags=re.MULTILINE))
    named = {key for key, value in everything.items() if not isinstance(value, dict)}
    named |= {
        f"{group}.{key}"
        for group, value in everything.items()
        if isinstance(value, dict)
        for key in value
    }
    assert named == keys_of(ReviewParameters)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[approval]\nlevels = ['managers', 'managers']", "once"),
        ("[sign_in]\ntrusted_proxies = ['everybody']", "trusted_proxies"),
        ("[sign_in]\nsession_hours = 0", "session_hours"),
        ("max_body_kb = 'many'", "max_body_kb"),
    ],
)
def test_values_that_do_not_fit_are_named(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake is named with its key."""
    path = tmp_path / "review.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        read_parameters(path)


def test_a_settings_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file is a wrong command, not a failed disk."""
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_parameters(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "address",
    [
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example; script-src */{z}/{x}/{y}",
        "/tiles/{z}/{x}/{y}.png",
    ],
)
def test_a_tile_server_is_one_address_of_tiles(address: str) -> None:
    """What is no address of tiles, or could end a header's part, is refused."""
    with pytest.raises(ValidationError, match="tile server"):
        ReviewParameters(tile_server=address)
    good = ReviewParameters(tile_server="https://tiles.example/{z}/{x}/{y}.png?style=calm")
    assert good.tile_server
