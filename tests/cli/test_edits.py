"""A workbook's round trip from the command line: edited, read back, planned with."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.inputs.edits import ACCOUNTS_SHEET, QUOTAS_SHEET, read_edits
from tests.cli.small_company import QUICK
from tests.conftest import Run

FAST = [part for setting in QUICK for part in ("--set", setting)]


@pytest.fixture(scope="module", name="first")
def make_first(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny company's tables, and its first plan beside them."""
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    folder = tmp_path_factory.mktemp("edits")
    write_company(build_company(accounts=80, reps=5, seed=7), folder)
    run("plan", folder / "baseline.toml", "--out", folder / "plan", *FAST)
    return folder


def rows(plan: Path, table: str = "assignments") -> dict[str, dict[str, str]]:
    """Return a table's rows by their first column."""
    with (plan / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream))
    return {next(iter(row.values())): row for row in read}


def test_edits_are_planned_with_and_refusals_explained(
    first: Path, run: Run, tmp_path: Path
) -> None:
    """Accepted edits are holds and overrides of the new plan; refused ones leave a copy."""
    before = rows(first / "plan")
    stays = [row for row in before.values() if row["held"] == "false" and row["rep_id"]]
    held, freed, priced = stays[0], stays[1], stays[2]
    shutil.copy(first / "plan" / "workbook.xlsx", tmp_path / "mine.xlsx")
    book = openpyxl.load_workbook(tmp_path / "mine.xlsx")
    sheet = book[ACCOUNTS_SHEET]
    place = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    sheet[f"H{place[held['account_id']]}"] = "plan"
    sheet[f"J{place[held['account_id']]}"] = "knows the buyer"
    sheet[f"I{place[priced['account_id']]}"] = 4321.5
    sheet[f"J{place[priced['account_id']]}"] = "new plant"
    sheet[f"G{place[freed['account_id']]}"] = "Nobody At All"
    quotas = book[QUOTAS_SHEET]
    rep, quota = quotas["A2"].value, round(quotas["E2"].value * 0.98)
    quotas["F2"] = quota
    book.save(tmp_path / "mine.xlsx")
    bytes_before = (tmp_path / "mine.xlsx").read_bytes()

    done = run("plan", first / "baseline.toml", "--edits", tmp_path / "mine.xlsx",
               "--out", tmp_path / "plan", "--json", *FAST)  # fmt: skip

    assert json.loads(done.stdout)["edits"] == {"accepted": 3, "refused": 1}
    assert (tmp_path / "mine.xlsx").read_bytes() == bytes_before
    copy = openpyxl.load_workbook(tmp_path / "mine.refused.xlsx")
    comment = copy[ACCOUNTS_SHEET][f"G{place[freed['account_id']]}"].comment
    assert "no rep Nobody At All" in comment.text
    after = rows(tmp_path / "plan")
    mine = after[held["account_id"]]
    assert (mine["held"], mine["territory_id"]) == ("true", held["territory_id"])
    assert mine["reason"].endswith("edited by planner: knows the buyer.")
    assert float(after[priced["account_id"]]["potential"]) == 4321.5
    assert "edited by planner: new plant" in after[priced["account_id"]]["reason"]
    document = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    kinds = {edit["kind"] for edit in document["edits"]["accepted"]}
    assert kinds == {"hold", "potential", "quota"}
    assert document["edits"]["refused"][0]["reason"].startswith("there is no rep")
    codes = [finding["code"] for finding in document["findings"]]
    assert codes.count("edits.accepted") == 3
    assert codes.count("edits.refused") == 1
    assert quota_of(tmp_path / "plan", rep) == pytest.approx(quota)


def quota_of(plan: Path, rep: str) -> float:
    """Return a rep's quota of the whole period."""
    with (plan / "quotas.csv").open(encoding="utf-8", newline="") as stream:
        lines = [row for row in csv.DictReader(stream) if row["level"] == "rep"]
    return sum(float(row["quota"]) for row in lines if row["rep_id"] == rep)


def test_a_rep_who_may_not_serve_the_account_is_refused(
    first: Path, run: Run, tmp_path: Path
) -> None:
    """Eligibility is checked before anything is held, so the plan is still made."""
    book = openpyxl.load_workbook(first / "plan" / "workbook.xlsx")
    sheet = book[ACCOUNTS_SHEET]
    people = [row[0].value for row in book[QUOTAS_SHEET].iter_rows(min_row=2)]
    for row in range(2, sheet.max_row + 1):
        sheet[f"G{row}"] = people[row % len(people)]
    book.save(tmp_path / "all.xlsx")
    done = run("plan", first / "baseline.toml", "--edits", tmp_path / "all.xlsx", "--json",
               "--out", tmp_path / "plan", *FAST, code=None)  # fmt: skip
    printed: dict[str, Any] = json.loads(done.stdout)
    # So many holds leave no alignment at all; what may not be never is the reason.
    assert done.returncode == 3, done.stderr
    assert not any(
        finding["code"] == "holds.not_eligible" for finding in printed.get("findings", ())
    )


def test_edits_that_leave_no_plan_are_commented_in_a_copy(
    first: Path, run: Run, tmp_path: Path
) -> None:
    """Everything held by one rep: exit 3, no folder, and the reason stands at each cell that asked for it."""
    book = openpyxl.load_workbook(first / "plan" / "workbook.xlsx")
    sheet = book[ACCOUNTS_SHEET]
    free = {row["account_id"] for row in rows(first / "plan").values() if row["held"] == "false"}
    rep = next(row["rep_id"] for row in rows(first / "plan").values() if row["rep_id"])
    asked = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value in free]
    for row in asked:
        sheet[f"G{row}"] = rep
    sheet[f"G{asked[0]}"] = "Nobody At All"
    book.save(tmp_path / "one.xlsx")
    done = run("plan", first / "baseline.toml", "--edits", tmp_path / "one.xlsx",
               "--out", tmp_path / "plan", *FAST, code=3)  # fmt: skip
    assert "one.refused.xlsx" in done.stderr
    assert not (tmp_path / "plan").exists()
    copy = openpyxl.load_workbook(tmp_path / "one.refused.xlsx")[ACCOUNTS_SHEET]
    assert "no rep Nobody At All" in copy[f"G{asked[0]}"].comment.text
    said = {row: copy[f"G{row}"].comment.text for row in asked[1:] if copy[f"G{row}"].comment}
    assert said
    for words in said.values():
        assert "no plan could be made" in words or "may not serve" in words
    assert any("no plan could be made" in words for words in said.values())


@pytest.mark.parametrize("lock", [".~lock.{}#", "~${}"])
def test_a_workbook_that_is_open_is_named(first: Path, run: Run, tmp_path: Path, lock: str) -> None:
    """Read with a warning; a plan whose workbook is open is not replaced, and stays as it is."""
    plan = Path(shutil.copytree(first / "plan", tmp_path / "plan"))
    mine = Path(shutil.copy(plan / "workbook.xlsx", tmp_path / "mine.xlsx"))
    mine.with_name(lock.format(mine.name)).write_text("somebody", encoding="utf-8")
    found = read_edits(mine).findings
    assert [finding.code for finding in found] == ["edits.open"]
    assert "not saved" in found[0].message
    held = plan / lock.format("workbook.xlsx")
    held.write_text("somebody", encoding="utf-8")
    before = {path: path.read_bytes() for path in plan.iterdir() if path.is_file()}
    done = run("plan", first / "baseline.toml", "--out", plan, "--force", *FAST, code=5)
    assert held.name in done.stderr
    assert "close it first" in done.stderr
    assert {path: path.read_bytes() for path in plan.iterdir() if path.is_file()} == before
    held.unlink()
    run("plan", first / "baseline.toml", "--out", plan, "--force", *FAST)


def test_a_workbook_that_may_only_be_read_is_planned_with(
    first: Path, run: Run, tmp_path: Path
) -> None:
    """From a read-only folder too; where no copy can be written, that is said."""
    folder = tmp_path / "shared"
    folder.mkdir()
    mine = Path(shutil.copy(first / "plan" / "workbook.xlsx", folder / "mine.xlsx"))
    book = openpyxl.load_workbook(mine)
    book[ACCOUNTS_SHEET]["G2"] = "Nobody At All"
    book.save(mine)
    mine.chmod(0o444)
    folder.chmod(0o555)
    try:
        done = run("plan", first / "baseline.toml", "--edits", mine,
                   "--out", tmp_path / "plan", *FAST)  # fmt: skip
    finally:
        folder.chmod(0o755)
    # Root may write where others may not.
    assert "mine.refused.xlsx" in done.stderr or "cannot be written to" in done.stderr
    assert (tmp_path / "plan" / "plan.json").is_file()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("none.xlsx", None, 2), ("text.xlsx", b"hello", 1), ("empty.xlsx", b"", 1)],
)
def test_what_is_no_edited_workbook_ends_in_words(
    first: Path, run: Run, tmp_path: Path, name: str, content: bytes | None, code: int
) -> None:
    """Nothing is planned, and no folder is left."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("plan", first / "baseline.toml", "--edits", tmp_path / name,
               "--out", tmp_path / "plan", code=code)  # fmt: skip
    assert name in done.stderr
    assert not (tmp_path / "plan").exists()
