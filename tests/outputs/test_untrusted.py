"""What leaves the planner is safe to open, and what comes back is read as it was."""

from __future__ import annotations

import csv
import io
import os
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import StoreError
from planner.inputs.money import Currency
from planner.inputs.parameters import TableParameters
from planner.outputs.columns import Table, figures, money, text
from planner.outputs.csv_files import write_csv
from planner.outputs.folder import load_plan, save_plan
from planner.outputs.plan import Plan
from tests.inputs.conftest import Company

RUNS = ("=", "+", "-", "@", "\t", "\r")
NAMES = ("=1+1", "+49 30 1", "-x", "@SUM(A1)", "'quoted", "plain", "a=b", "O'Brien", "'=x")
STARTS = st.sampled_from([*RUNS, "", "'", '"', "\n", ","])


def test_names_come_back_from_our_own_csv_as_they_were(tmp_path: Path) -> None:
    """The apostrophe that keeps a spreadsheet from running a name is taken off again."""
    company = Company(tmp_path)
    ids = [f"{place:03d}" for place in range(len(NAMES))]
    table = Table(
        name="accounts",
        columns=(
            text("account_id", ids),
            text("name", NAMES),
            text("owner_id", ["R1"] * len(ids)),
            money("margin", [-12345 - place for place in range(len(ids))]),
        ),
    )
    write_csv(table, Currency("USD", 2), company.folder / "accounts.csv")
    written = (company.folder / "accounts.csv").read_text(encoding="utf-8")
    assert ",-123.45\n" in written
    company.tables["accounts"] = TableParameters(path="accounts.csv")
    data = company.load()
    expected = [name[1:] if name.startswith("'=") else name for name in NAMES]
    assert data.accounts["name"].tolist() == expected
    margins = [round(100 * float(value)) for value in data.accounts["margin"]]
    assert margins == [-12345 - place for place in range(len(ids))]


@given(st.builds(str.__add__, STARTS, st.text(max_size=12)))
def test_no_cell_of_a_csv_begins_as_a_formula(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    """Whatever the text, a spreadsheet takes it for text; numbers stay numbers."""
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    table = Table(name="x", columns=(text("name", [name]), figures("value", "number", [-1.5])))
    write_csv(table, Currency("USD", 2), path)
    content = path.read_text(encoding="utf-8", errors="strict")
    row = list(csv.reader(io.StringIO(content, newline="")))[1]
    assert not row[0].startswith(RUNS)
    assert row[1] == "-1.5"


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-unpickled",)


def test_no_pickle_is_ever_read(
    company: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan's folder whose arrays hold a pickle is damaged, and nothing in it runs."""
    import hashlib
    import json

    monkeypatch.chdir(tmp_path)
    save_plan(replace(company), tmp_path / "plan")
    state = tmp_path / "plan" / "state"
    with np.load(state / "arrays.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    trap = np.array([_Trap()], dtype=object)
    np.savez(state / "arrays.npz", **{**arrays, "a00000": trap})
    digests = json.loads((state / "manifest.json").read_text(encoding="ascii"))
    digests["arrays.npz"] = hashlib.sha256((state / "arrays.npz").read_bytes()).hexdigest()
    (state / "manifest.json").write_text(json.dumps(digests), encoding="ascii")
    assert pickle.dumps(_Trap())
    with pytest.raises(StoreError, match="damaged"):
        load_plan(tmp_path / "plan")
    assert not (tmp_path / "was-unpickled").exists()
