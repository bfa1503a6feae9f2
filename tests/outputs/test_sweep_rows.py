"""Which combinations no other one beats, and the files of a sweep."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.outputs.sweep_files import write_sweep
from planner.outputs.sweep_rows import TRADEOFFS, SweepRow, find_unbeaten, known_tradeoffs

PAY = next(one for one in TRADEOFFS if one.name == "goal_pay")


def make_row(
    number: int, pay: float | None, chance: float | None, status: str = "feasible"
) -> SweepRow:
    """Return a row with two figures."""
    return SweepRow(
        name=f"goal={number}",
        values={"quota.goal": str(number)},
        status=status,
        figures={"pay_expected": pay, "goal_probability": chance},
    )


points = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)) | st.just((None, 3)), min_size=1, max_size=12
)


def test_what_differs_behind_four_digits_is_no_trade() -> None:
    """Two shares of 10.0% are alike: the cheaper one beats the other."""
    rows = [make_row(1, 0.21, 0.0999999), make_row(2, 0.19, 0.0999958)]
    assert find_unbeaten(rows, PAY).tolist() == [False, True]


@given(points)
def test_unbeaten_rows_are_those_that_no_row_dominates(found: list[tuple[int | None, int]]) -> None:
    """Against the definition, pair by pair: cheaper or likelier, and not worse in the other."""
    rows = [make_row(place, pay, chance) for place, (pay, chance) in enumerate(found)]
    marks = find_unbeaten(rows, PAY)
    for place, (pay, chance) in enumerate(found):
        beaten = pay is None or any(
            other is not None
            and other <= pay
            and likely >= chance
            and (other < pay or likely > chance)
            for other, likely in found
        )
        assert bool(marks[place]) != beaten


def test_a_trade_off_needs_two_points_that_differ() -> None:
    """Where every combination comes to the same there is nothing to draw."""
    same = [make_row(1, 5.0, 0.5), make_row(2, 5.0, 0.5)]
    assert known_tradeoffs(same) == ()
    assert known_tradeoffs([*same, make_row(3, 4.0, 0.5)]) == (PAY,)
    assert not np.any(find_unbeaten([make_row(1, None, None, "infeasible")], PAY))


def test_files_hold_every_row_and_the_page_loads_nothing(tmp_path: Path) -> None:
    """An infeasible combination is a row with its reason; hostile text stays text."""
    rows = [make_row(n, 10.0 - n, 0.5 - n / 20) for n in range(6)]
    reason = '<script>alert(1)</script> =1+1, "x"'
    rows.append(
        SweepRow(name="goal=9", values={"quota.goal": "=9"}, status="infeasible", reason=reason)
    )
    write_sweep(rows, tmp_path, name="Base", currency="USD", inputs={"accounts": "00"}, kept=True)
    lines = list(csv.DictReader(io.StringIO((tmp_path / "sweep.csv").read_text(encoding="utf-8"))))
    assert [line["status"] for line in lines] == ["feasible"] * 6 + ["infeasible"]
    assert lines[-1]["quota.goal"] == "'=9"
    assert lines[-1]["reason"] == reason
    assert lines[-1]["plan"] == ""
    assert {line["unbeaten_goal_pay"] for line in lines[:6]} == {"true"}
    document = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert document["rows"][0]["plan"] == "plans/goal=0"
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)
    assert page.count("<svg") == 1
