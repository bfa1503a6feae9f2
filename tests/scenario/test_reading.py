"""A scenario from TOML: what is unknown or wrong is named with key, line and the nearest known."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from planner.errors import ScenarioError
from planner.scenario.model import Scenario
from planner.scenario.reading import all_keys, read_scenario
from planner.scenario.schema import schema_text
from planner.scenario.starter import starter_text, toml_value

MINIMAL = """
name = "Test"
[period]
start = 2027-01-01
[inputs.accounts]
path = "accounts.csv"
[quota]
goal = 1_000_000
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_minimal_scenario_has_the_contract_s_defaults(tmp_path: Path) -> None:
    """What is left out has the default that the contract states."""
    scenario = read_scenario(write(tmp_path, MINIMAL))
    assert scenario.period.start == date(2027, 1, 1)
    assert scenario.currency == "USD"
    assert scenario.alignment.territories == "reps"
    assert scenario.alignment.families == "together"
    assert scenario.alignment.unassigned == "refuse"
    assert scenario.alignment.travel.from_ == "home"
    assert scenario.alignment.disruption.loss_rate == 0.132
    assert scenario.outcomes.draws == 10_000


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("[alignment]\ntolerence = 1", r"line 10: unknown key 'alignment.tolerence'"),
        ("[alignment.disruption]\nmax_acount_share = 0.1", r"line 10.*'max_account_share'\?"),
        (
            "[alignment.measures.potential]\ntolerance = 'wide'",
            r"line 10: alignment.measures.potential.tolerance = 'wide'",
        ),
        (
            "[[alignment.holds]]\nwhere = 'a'\nwhat = 1",
            r"line 11: unknown key 'alignment.holds.0.what'",
        ),
        ("[alignment]\nfamilies = 'sometimes'", r"line 10: alignment.families = 'sometimes'"),
        ("[alignment]\nterritories = 0", "at least one territory"),
        (
            "[alignement.travel]\nweight = 1",
            r"line 9: unknown key 'alignement'. Did you mean 'alignment'\?",
        ),
        ("[fx]\nEUR = -1", "must be a positive number"),
        ("[fx]\neuro = 1", "three letters"),
        ("[inputs.acounts]\npath = 'x'", r"Did you mean 'accounts'"),
    ],
)
def test_wrong_keys_are_named_with_their_line(tmp_path: Path, extra: str, expected: str) -> None:
    """Each mistake comes with file, line, key and what was probably meant."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(tmp_path, MINIMAL + extra))
    assert re.search(expected, str(caught.value)), str(caught.value)
    assert caught.value.findings


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    """Three wrong keys give three findings."""
    text = MINIMAL + "[alignment]\na = 1\nb = 2\n[outcomes]\ndraws = 'many'\n"
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(tmp_path, text))
    assert len(caught.value.findings) == 3


def test_set_is_validated_like_the_file(tmp_path: Path) -> None:
    """A value from the command line is checked, and named as such."""
    path = write(tmp_path, MINIMAL)
    changed = read_scenario(
        path, ["alignment.measures.potential.tolerance=0.03", "quota.goal=2_000_000"]
    )
    assert changed.alignment.measures["potential"].tolerance == 0.03
    with pytest.raises(ScenarioError, match=r"--set quota.gaol"):
        read_scenario(path, ["quota.gaol=1"])
    with pytest.raises(ScenarioError, match=r"--set qouta.goal: unknown key 'qouta'"):
        read_scenario(path, ["qouta.goal=1"])


def test_the_starter_is_read_and_names_every_key(tmp_path: Path) -> None:
    """The starter scenario is valid, and each key of the models stands in it."""
    text = starter_text()
    read_scenario(write(tmp_path, text))
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", text, re.MULTILINE))
    headers = {
        part
        for header in re.findall(r"^(?:# )?\[+([a-z_.]+)\]+$", text, re.MULTILINE)
        for part in header.split(".")
    }
    wanted = {key.rpartition(".")[2] for key in all_keys(Scenario)}
    assert wanted - named - headers == set()


def test_the_starter_explains_a_key_once_and_shows_it_in_every_table(tmp_path: Path) -> None:
    """Tables with the same keys show them all; the first one explains, the others say where."""
    text = starter_text()
    keys = {key for key in all_keys(Scenario) if key.startswith("inputs.")}
    tables = dict(re.findall(r"(?m)^(?:# )?\[([a-z_.]+)\]\n((?:.+\n)*)", text))
    for table, key in (key.rsplit(".", 1) for key in keys if key.count(".") == 2):
        assert re.search(rf"(?m)^(?:# )?{key} = ", tables[table]), (table, key)
    assert text.count("## Separator of a CSV file") == 1
    assert "[inputs.accounts]" in tables["inputs.history"]


def test_the_starter_shows_the_file_that_is_written_beside_it(tmp_path: Path) -> None:
    """A table that is off names its template: one takes the # away and is done."""
    on = re.sub(r"(?m)^# (\[inputs\.places\]|path = .places\.csv.)$", r"\1", starter_text())
    scenario = read_scenario(write(tmp_path, on))
    assert scenario.inputs.places is not None
    assert scenario.inputs.places.path == "places.csv"


def test_the_schema_knows_every_table(tmp_path: Path) -> None:
    """The JSON schema for editors is made from the same models."""
    schema = json.loads(schema_text())
    assert set(schema["properties"]) == {"extends", *Scenario.model_fields}


def test_resolving_keeps_every_value(tmp_path: Path) -> None:
    """A resolved scenario, read again, is the same scenario."""
    scenario = read_scenario(write(tmp_path, MINIMAL + "[alignment.travel]\nfrom = 'none'\n"))
    assert Scenario.model_validate(json.loads(json.dumps(scenario.resolved()))) == scenario


@pytest.mark.parametrize(
    "value",
    ['a "quoted" \\ text', 0.25, 12_345, True, [1, "x"], {"a b": 1, "c": [0.5]}, date(2027, 1, 1)],
)
def test_values_are_written_as_toml_reads_them(value: object) -> None:
    """What the starter writes, TOML reads back."""
    import tomllib

    assert tomllib.loads(f"value = {toml_value(value)}")["value"] == value
