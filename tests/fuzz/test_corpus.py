"""Every kept case again: crashes that were found, and attacks; and a few new inputs for each target."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.running import run_once, run_target
from tests.fuzz.seeds import CORPUS, find_corpus, find_seeds
from tests.fuzz.targets import TARGETS

KEPT = [(name, path) for name in TARGETS for path in find_corpus(name)]
CASES = 15


@pytest.mark.parametrize(("name", "path"), KEPT, ids=[f"{name}-{path.name}" for name, path in KEPT])
def test_a_kept_case_ends_well_or_in_words(name: str, path: Path) -> None:
    """A crash that was found stays mended, an attack is refused."""
    run_once(TARGETS[name], path.read_bytes())


def test_the_corpus_has_no_other_folder() -> None:
    """A case under a name that is no target would never be run."""
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} <= TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_takes_its_seeds_and_their_mutations(name: str) -> None:
    """The run is sound: its seeds pass, and some mutations of them."""
    for content in find_seeds(name):
        run_once(TARGETS[name], content)
    assert run_target(TARGETS[name], CASES, 7) is None
