"""The printed report and the pictures, read back by other tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from planner.outputs.export import export_plan
from planner.outputs.pdf.fonts import clean_text, is_readable, readable_name
from planner.outputs.pdf.report import write_pdf
from planner.outputs.plan import Plan
from planner.outputs.polygons import plan_areas

from .conftest import HOSTILE

Build = Callable[..., Plan]


def read_pages(path: Path) -> list[str]:
    """Return each page's text as another library reads it."""
    return [page.extract_text() for page in PdfReader(path).pages]


def print_plan(plan: Plan, path: Path) -> list[str]:
    write_pdf(plan, plan_areas(plan), path)
    return read_pages(path)


def test_there_is_a_page_for_each_territory(company: Plan, tmp_path: Path) -> None:
    """A summary, the list, and three pages with what a rep needs to know."""
    pages = print_plan(company, tmp_path / "report.pdf")
    assert len(pages) == 2 + 3
    assert "Baseline 2027" in pages[0]
    assert "The goal is USD 9,000,000.00." in pages[0]
    assert all(name in pages[1] for name in company.territory_ids)
    for name, page in zip(company.territory_ids, pages[2:], strict=True):
        assert f"{name} · Rep" in page
        assert "Measures against targets" in page
        assert "Quota by month: USD 3,300,000.00" in page
        assert "Largest accounts by potential" in page
    outline = [entry["/Title"] for entry in PdfReader(tmp_path / "report.pdf").outline]
    assert outline == ["Summary", "Territories", *company.territory_ids]


def test_who_comes_and_goes_is_on_the_page(build: Build, tmp_path: Path) -> None:
    """Gained and lost accounts stand with their figures, and the count says how many there are."""
    plan = build(accounts=60, reps=3, seed=1)
    moved = np.where(np.arange(60) % 2 == 0, 0, plan.territory_of_account)
    today = replace(plan.today, seat_of_account=np.full(60, 1))
    pages = print_plan(
        replace(plan, territory_of_account=moved, today=today), tmp_path / "report.pdf"
    )
    came = int((moved == 0).sum())
    assert f"Accounts that come ({came}) and go (0)" in pages[2]
    assert f"and {came - 9} more in the workbook" in pages[2]
    lost = int((moved != 1).sum())
    assert f"and go ({lost})" in pages[3]


def test_letters_of_other_languages_are_shown(build: Build, tmp_path: Path) -> None:
    """Greek, Cyrillic, Vietnamese and accents come out as they are."""
    names = ("Ελληνική", "Газпром нефть", "Tiếng Việt ĐẶNG", "Łódź Škoda", "Հայաստան")
    pages = print_plan(build(accounts=40, reps=1, seed=1, names=names), tmp_path / "report.pdf")
    text = "\n".join(pages)
    assert all(name in text for name in names)
    assert "given by id" not in text


@pytest.mark.parametrize("name", ["東京電力", "한국전력", "שלום", "شركة", "ไทย", "हिन्दी"])
def test_what_the_font_lacks_is_given_by_id(build: Build, tmp_path: Path, name: str) -> None:
    """A name that would come out wrong is replaced by its id, and the summary says so."""
    assert not is_readable(name)
    assert readable_name(name, "A-17") == "A-17"
    pages = print_plan(build(accounts=12, reps=2, seed=1, names=(name,)), tmp_path / "report.pdf")
    assert "14 names are given by id" in pages[0].replace("\n", " ")
    assert "T001 · R001" in pages[2]
    assert "000000" in "".join(pages[2:])


def test_marks_that_turn_or_hide_text_are_gone() -> None:
    """Nothing in a name can disturb what stands around it."""
    assert clean_text("\u202eevil\u202c\n\x07 a  b") == "evil a b"
    assert clean_text("x東") == "x□"


def test_hostile_names_and_odd_plans_print(hostile_company: Plan, tmp_path: Path) -> None:
    """Scripts are letters, and a plan with no places, no quotas and no outcome has pages too."""
    pages = print_plan(hostile_company, tmp_path / "report.pdf")
    assert HOSTILE[0] in "\n".join(pages)
    data = hostile_company.data
    bare = replace(
        hostile_company,
        quotas=None,
        outcomes=None,
        data=replace(data, units=None, accounts=data.accounts.assign(latitude=np.nan)),
        seats=replace(hostile_company.seats, homes=np.full((3, 2), np.nan)),
    )
    pages = print_plan(bare, tmp_path / "bare.pdf")
    assert len(pages) == 5
    assert "No account of this territory has a place." in pages[2]


def test_places_over_the_date_line_print(build: Build, tmp_path: Path) -> None:
    """A territory on both sides of the antimeridian is one map, not two ends of the world."""
    from planner.outputs.pdf.picture import frame_around

    points = np.array([[179.0, -17.0], [-179.0, -18.0]])
    frame = frame_around(points, (0.0, 0.0, 200.0, 100.0))
    placed = frame.place(points)
    assert frame.holds(placed).all()
    assert placed[1, 0] - placed[0, 0] > 30
    plan = build(accounts=30, reps=2, seed=1)
    table = plan.data.accounts.assign(
        latitude=-17.0, longitude=np.where(np.arange(30) % 2, 179.0, -179.0)
    )
    plan = replace(plan, data=replace(plan.data, accounts=table))
    assert len(print_plan(plan, tmp_path / "report.pdf")) == 4


def test_letter_paper(company: Plan, tmp_path: Path) -> None:
    """The scenario chooses the paper."""
    scenario = {**company.provenance.scenario, "export": {"pdf": {"page": "Letter"}}}
    plan = replace(company, provenance=replace(company.provenance, scenario=scenario))
    write_pdf(plan, plan_areas(plan), tmp_path / "report.pdf")
    page = PdfReader(tmp_path / "report.pdf").pages[0]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (612.0, 792.0)


def test_the_same_plan_prints_the_same(company: Plan, tmp_path: Path) -> None:
    """Nothing in the report or the pictures depends on the clock."""
    for folder in ("one", "two"):
        for form in ("pdf", "png"):
            export_plan(company, form, tmp_path / folder / form)
    for path in (tmp_path / "one").rglob("*.p*"):
        if path.is_file():
            assert (
                path.read_bytes()
                == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
            )


def test_pictures_are_of_every_chart(company: Plan, tmp_path: Path) -> None:
    """Each is a PNG of a readable size; measures alike in name do not overwrite each other."""
    first = company.alignment.measures["potential"]
    measures = {"potential": first, "Potential": first}
    plan = replace(company, alignment=replace(company.alignment, measures=measures))
    written = export_plan(plan, "png", tmp_path / "out")
    names = {path.stem for path in written}
    assert names == {
        "balance-potential",
        "balance-potential-2",
        "map",
        "moves",
        "outcomes",
        "quota",
        "season",
    }
    for path in written:
        body = path.read_bytes()
        assert body.startswith(b"\x89PNG")
        width, height = (int.from_bytes(body[at : at + 4], "big") for at in (16, 20))
        assert width > 600
        assert height > 200
