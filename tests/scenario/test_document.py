"""The TOML of a scenario: what it extends, what ``--set`` changes, and on which line a key stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import ScenarioError
from planner.scenario.document import apply_setting, merge, parse_value, read_document, split_key


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_extends_keeps_what_is_not_changed(tmp_path: Path) -> None:
    """The nearer file wins key by key, and lists are replaced whole."""
    write(tmp_path, "base.toml", "name = 'Base'\nlist = [1, 2]\n[quota]\ngoal = 5\nround_to = 10\n")
    child = write(tmp_path, "child.toml", "extends = 'base.toml'\nlist = [3]\n[quota]\ngoal = 7\n")
    document = read_document(child)
    assert document.values == {"name": "Base", "list": [3], "quota": {"goal": 7, "round_to": 10}}
    assert document.place(["quota", "goal"]) == "child.toml, line 4"
    assert document.place(["quota", "round_to"]) == "base.toml, line 5"


def test_extending_itself_is_refused(tmp_path: Path) -> None:
    """A loop of extends is named file by file."""
    write(tmp_path, "a.toml", "extends = 'b.toml'")
    path = write(tmp_path, "b.toml", "extends = 'a.toml'")
    with pytest.raises(ScenarioError, match=r"b.toml → a.toml → b.toml"):
        read_document(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "not valid TOML"),
        ("a = 1\na = 2", "not valid TOML"),
        ("extends = 3", "must be the name of a file"),
        ("extends = 'a\\u0000b.toml'", "There is no scenario"),
        ('extends = "a\\u0000b.toml"', "must be the name of a file"),
        ("extends = { path = 'a.toml' }", "must be the name of a file"),
        ("extends = 'missing.toml'", "There is no scenario"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply|not valid TOML"),
    ],
)
def test_broken_files_are_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    """What is not a scenario is said in a sentence."""
    with pytest.raises(ScenarioError, match=message):
        read_document(write(tmp_path, "x.toml", text))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, a folder and a missing file each have their own message."""
    path = tmp_path / "x.toml"
    path.write_bytes(b"name = '\xff\xfe'")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        read_document(path)
    with pytest.raises(ScenarioError, match="is a folder"):
        read_document(tmp_path)


def test_set_changes_one_key_at_any_depth(tmp_path: Path) -> None:
    """A dotted path reaches tables that are there, tables that are not, and entries of lists."""
    path = write(tmp_path, "x.toml", "[a]\nb = 1\n[[a.holds]]\nto = 'owner'\n")
    document = read_document(path)
    document = apply_setting(document, "a.c.d=0.5")
    document = apply_setting(document, "a.holds.0.to=rep 7")
    assert document.values == {"a": {"b": 1, "c": {"d": 0.5}, "holds": [{"to": "rep 7"}]}}
    assert document.place(["a", "c", "d"]) == "--set a.c.d"


@pytest.mark.parametrize("setting", ["goal", "=3", "a.b.c=1", "a.holds.4.to=1"])
def test_set_that_cannot_be_applied_is_refused(tmp_path: Path, setting: str) -> None:
    """A setting without a key, a value, or a table to stand in is named."""
    path = write(tmp_path, "x.toml", "[a]\nb = 1\nholds = [{to = 'owner'}]\n")
    with pytest.raises(ScenarioError, match="--set"):
        apply_setting(read_document(path), setting)


def test_values_are_toml_where_they_can_be() -> None:
    """Numbers, lists and truth come as TOML writes them; other words are text."""
    assert parse_value("95_000_000") == 95_000_000
    assert parse_value("[0.2, 1.0]") == [0.2, 1.0]
    assert parse_value("true") is True
    assert parse_value("period_capacity") == "period_capacity"


def test_quoted_keys_keep_their_dots() -> None:
    """A column name with a dot or a blank can be a key."""
    assert split_key('measures."Annual.Sales".tolerance') == (
        "measures",
        "Annual.Sales",
        "tolerance",
    )


def test_merge_does_not_change_its_arguments() -> None:
    """Merging returns a new table."""
    below, above = {"a": {"x": 1}}, {"a": {"y": 2}}
    assert merge(below, above) == {"a": {"x": 1, "y": 2}}
    assert below == {"a": {"x": 1}}
    assert above == {"a": {"y": 2}}


def test_extends_reaches_scenarios_in_other_folders(tmp_path: Path) -> None:
    """A scenario above, an absolute one and a link to one are read alike."""
    (tmp_path / "inside").mkdir()
    base = write(tmp_path, "base.toml", "[quota]\ngoal = 5\n")
    (tmp_path / "inside" / "link.toml").symlink_to(base)
    for name in ("../base.toml", "link.toml", str(base)):
        path = write(tmp_path / "inside", "child.toml", f"extends = '{name}'\n")
        assert read_document(path).values == {"quota": {"goal": 5}}
