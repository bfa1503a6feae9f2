"""The report is one page that loads nothing, runs nothing and speaks plainly."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from planner.outputs.plan import Plan
from planner.outputs.report import make_report, write_report

from .conftest import build_plan

SOLVER_WORDS = ("bound", "gap", "control unit", "cv", "price", "lagrang", "solver", "objective")


class Page(HTMLParser):
    """Collects what a browser would see: tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.hidden = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.hidden = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.hidden = self.hidden and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    """Return the report of a company of seventeen reps."""
    return make_report(build_plan(accounts=400, reps=17, seed=2))


def test_nothing_runs_and_nothing_is_loaded(page: str) -> None:
    """There is no script, no handler, no inline style, no address; the policy says so too."""
    found = Page(page)
    assert "script" not in found.tags
    assert not {"img", "link", "iframe", "object"} & set(found.tags)
    names = {name for name, _ in found.attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    addresses = [value for name, value in found.attributes if name in {"src", "href", "xlink:href"}]
    assert all(value and value.startswith("#") for value in addresses)
    assert "url(http" not in page


def test_the_policy_allows_exactly_the_style_sheet(page: str) -> None:
    """The hash in the policy is that of the page's only style sheet."""
    policy = next(value for _, value in Page(page).attributes if value and "default-src" in value)
    assert policy.startswith("default-src 'none'; ")
    sheets = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(sheets) == 1
    digest = base64.b64encode(hashlib.sha256(sheets[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy


def test_hostile_names_are_text(hostile_company: Plan) -> None:
    """Markup in names of accounts, reps and the plan shows as it was typed."""
    name = "<img src=x onerror=alert(3)>"
    provenance = replace(hostile_company.provenance, name=name)
    found = Page(make_report(replace(hostile_company, provenance=provenance)))
    assert not {"script", "img"} & set(found.tags)
    assert not [key for key, _ in found.attributes if key.startswith("on")]
    words = " ".join(found.words)
    assert name in words
    assert "<script>alert(1)</script>" in words


def test_the_report_speaks_plainly(page: str) -> None:
    """No word of the engine is on the page, and its proof is there in plain words."""
    words = " ".join(Page(page).words).lower()
    assert not [word for word in SOLVER_WORDS if re.search(rf"\b{word}", words)]
    assert "at most 0.36% better is possible under these rules" in words
    for title in ("balance", "what moves", "quotas", "warnings", "control totals"):
        assert title in words


def test_charts_are_in_the_page(page: str) -> None:
    """Each chart is an SVG with words for people who cannot see it, and unique names."""
    assert page.count('class="chart"') == 6
    assert page.count("<title>") == 7
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(names)


def test_long_lists_are_cut_and_say_so() -> None:
    """With 200 reps the page shows the largest changes and points to the workbook."""
    page = make_report(build_plan(accounts=1500, reps=200, seed=2))
    assert "The 60 with the largest change of 200" in page
    assert page.count("<tr>") < 200


def test_bare_plans_have_a_report(company: Plan, tmp_path: Path) -> None:
    """Without quotas, outcomes, findings or moves the page says what there is."""
    quiet = replace(
        company,
        quotas=None,
        outcomes=None,
        findings=(),
        territory_of_account=company.today.seat_of_account,
    )
    write_report(quiet, tmp_path / "report.html")
    words = " ".join(Page((tmp_path / "report.html").read_text(encoding="utf-8")).words)
    assert "No account changes its owner." in words
    assert "Quota and potential" not in words


def test_broken_rules_stand_at_the_top(company: Plan) -> None:
    """A plan that breaks a rule says so before anything else."""
    broken = replace(company.alignment, violations=("T002 has 151 accounts; 150 are allowed",))
    page = make_report(replace(company, alignment=broken))
    assert page.index("T002 has 151 accounts") < page.index("Balance: today")
    assert "Every firm rule is kept" not in page


def test_the_same_plan_gives_the_same_report(company: Plan) -> None:
    """Nothing on the page depends on the clock or the run."""
    assert make_report(company) == make_report(company)
