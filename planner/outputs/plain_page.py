"""A page of figures, sentences and tables that opens from disk and loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from planner.outputs.report import page_environment, page_policy
from planner.outputs.report_tables import PageTable
from planner.outputs.wording import Headline

NOTHING = "There is nothing to list."


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a page.

    Parameters
    ----------
    title, words
        Its heading, and a sentence below it.
    table
        None where there is none; one without rows is said to be empty, in place of ``words``.
    drawing
        A chart as SVG, made by ourselves with its text escaped.
    """

    title: str
    words: str = ""
    table: PageTable | None = None
    drawing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows, ready for a file or for an application.

    Parameters
    ----------
    name, lead
        The heading, and one sentence below it.
    cards, sentences
        The figures one looks for first, and what they mean.
    sections
        The rest.
    alarms, alarm_title
        What is wrong, shown first.
    footer
        The small print.
    """

    name: str
    lead: str
    cards: tuple[Headline, ...] = ()
    sentences: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    alarms: tuple[str, ...] = ()
    alarm_title: str = ""
    footer: str = ""


def _is_empty(section: Section) -> bool:
    return section.table is not None and not section.table.rows and not section.drawing


def render_page(page: Page) -> str:
    """Return a page as HTML without scripts; the same page gives the same bytes."""
    from markupsafe import Markup

    css = files("planner.outputs").joinpath("templates", "report.css").read_text(encoding="utf-8")
    environment = page_environment()
    table = environment.get_template("table.html.j2")
    sections = [
        {
            "title": section.title,
            "words": NOTHING if _is_empty(section) else section.words,
            "drawing": Markup(section.drawing),  # noqa: S704 - our own drawing, text escaped
            # Made by our own escaping template.
            "table": Markup(table.render(table=section.table))  # noqa: S704
            if section.table and section.table.rows
            else "",
        }
        for section in page.sections
    ]
    return environment.get_template("plain_page.html.j2").render(
        page=page,
        policy=page_policy(css),
        css=Markup(css),  # noqa: S704 - our own file
        sections=sections,
    )
