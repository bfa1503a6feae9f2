"""The pages people read: commands that exist, pictures that are there, and no address of a workplace."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from planner.cli.commands import COMMANDS
from planner.errors import PlannerError
from planner.scenario.model import Scenario
from planner.scenario.reading import all_keys, read_scenario
from tests.docs.known_commands import describe_commands

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [path for path in PAGES if "generated" not in path.parts and "_build" not in path.parts]
TEXT = {".md", ".py", ".toml", ".ipynb", ".lock", ".html", ".css", ".js", ".j2", ".cfg", ".yml"}
BESIDE = {"Makefile", "run", "LICENSE", ".gitignore"}
LARGEST_PICTURE = 400_000


def names_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


FENCES = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    """Return the fenced code of a page in one language; an empty name is code without one."""
    found = FENCES.findall(path.read_text(encoding="utf-8"))
    return [code for name, code in found if name == language]


def code_of(path: Path) -> str:
    """Return what a page shows as typed: inline code, and blocks of no language."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return "\n".join([*re.findall(r"`([^`\n]+)`", text), *blocks(path, "")])


def commands_in(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each command that a page's code calls, with its line."""
    for match in re.finditer(r"\bplanner ([a-z]+)( [^\n]*)?", code_of(path)):
        yield match.group(1), match.group(2) or ""


def all_parameters(command: click.Command) -> list[click.Parameter]:
    """Return what a command takes, and what the commands below it do."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return [*command.params, *(found for child in below for found in all_parameters(child))]


@pytest.mark.parametrize("path", WRITTEN, ids=names_of)
def test_commands_and_their_options_exist(path: Path) -> None:
    """What a page tells people to type is understood."""
    known = describe_commands()
    for name, rest in commands_in(path):
        assert name in known, f"planner {name}"
        options = {text for option in all_parameters(known[name]) for text in option.opts}
        options.add("--help")
        assert set(re.findall(r"--[a-z-]+", rest)) - {"--debug"} <= options


def test_readme_names_every_command() -> None:
    """The table of the README has them all."""
    assert {name for name, _ in commands_in(README)} == set(COMMANDS)


@pytest.mark.parametrize("path", WRITTEN, ids=names_of)
def test_make_targets_exist(path: Path) -> None:
    """Each ``make`` target that a page names is one of the Makefile's."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", code_of(path))) <= targets


@pytest.mark.parametrize("path", WRITTEN, ids=names_of)
def test_scenario_parts_are_valid(path: Path, tmp_path: Path) -> None:
    """Each piece of a scenario parses, and laid over a whole one it is accepted."""
    base = tmp_path / "base.toml"
    base.write_text(
        '[period]\nstart = 2027-01-01\n[inputs.accounts]\npath = "accounts.csv"\n'
        "[quota]\ngoal = 1_000_000\n",
        encoding="utf-8",
    )
    for block in blocks(path, "toml"):
        part = tmp_path / "part.toml"
        document = tomllib.loads("\n".join(line.strip() for line in block.splitlines()))
        lines = [line.strip() for line in block.splitlines() if not line.startswith("extends")]
        if "url" in document.get("inputs", {}).get("accounts", {}):
            base.write_text("[period]\nstart = 2027-01-01\n", encoding="utf-8")
        part.write_text("\n".join(['extends = "base.toml"', *lines]), encoding="utf-8")
        try:
            read_scenario(part)
        except PlannerError as error:
            pytest.fail(f"{error}\n{block}")


@pytest.mark.parametrize("path", WRITTEN, ids=names_of)
def test_settings_name_keys_that_exist(path: Path) -> None:
    """Each ``--set`` of a page changes a key of the scenario."""
    keys = set(all_keys(Scenario))
    for key in re.findall(r"--set ([\w.]+)=", path.read_text(encoding="utf-8")):
        plain = re.sub(r"^alignment\.measures\.\w+", "alignment.measures", key)
        assert plain in keys, key


@pytest.mark.parametrize("path", WRITTEN, ids=names_of)
def test_python_imports_what_exists(path: Path) -> None:
    """Each piece of Python compiles, and imports names that are there."""
    for block in blocks(path, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("planner"):
                module = __import__(node.module or "", fromlist=["*"])
                assert all(hasattr(module, name.name) for name in node.names)


@pytest.mark.parametrize("path", WRITTEN, ids=names_of)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    """Every relative link and picture of a page is a file; Sphinx checks the anchors."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and "generated/" not in target:
            assert (path.parent / target).is_file(), target


def test_the_first_page_lists_every_page_once() -> None:
    """A reader finds each how-to and concept on the first page, once to see and once in the menu."""
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    shown, menus = text.split("```{toctree}", 1)
    for page in sorted((ROOT / "docs").glob("[ch]o*/*.md")):
        name = f"{page.parent.name}/{page.stem}"
        assert shown.count(f"({name}.md)") == 1, name
        assert menus.split().count(name) == 1, name


def test_pictures_are_small() -> None:
    """A clone stays light."""
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert {path.name for path in pictures} >= {"map.png", "report.png"}
    assert all(path.stat().st_size < LARGEST_PICTURE for path in pictures)


def text_files() -> list[Path]:
    """Return the repository's own text files, and nothing that was built or installed."""
    tops = ("planner", "scenarios", "notebooks", "tests", "benchmarks", "docs", "requirements")
    inside = [path for top in tops for path in (ROOT / top).rglob("*") if path.is_file()]
    beside = [path for path in [*ROOT.iterdir(), *(ROOT / ".ci").iterdir()] if path.is_file()]
    skipped = {"__pycache__", "_build", "generated"}
    return [
        path
        for path in inside + beside
        if (path.suffix in TEXT or path.name in BESIDE) and not skipped & set(path.parts)
    ]


def test_no_file_names_a_machine_or_an_index() -> None:
    """No absolute path of somebody's machine, and no host of a package index, is in any file."""
    wrong = re.compile(
        r"(?<![\w.])/(work|home|root|Users|mnt)/\w|[a-z]:\\Users|\b(pypi|pythonhosted|anaconda)\.\w+/"
        r"|(index|registry|artifacts?|mirror)[\w.-]*\.[a-z]{2,}/simple|--(extra-)?index-url",
        re.IGNORECASE,
    )
    found = {}
    for path in text_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        if path != Path(__file__) and (match := wrong.search(text)):
            found[names_of(path)] = match.group()
    assert found == {}
