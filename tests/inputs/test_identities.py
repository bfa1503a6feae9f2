"""Ids and names that mean the same."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.families import find_ancestors, find_loops
from planner.inputs.identities import (
    build_directory,
    find_suffix,
    match_ids,
    shorten,
    split_list,
)

SHORT = st.text("abcXYZ0123456789", min_size=15, max_size=15)


def test_the_suffix_is_salesforces() -> None:
    """The published example of a checksum holds."""
    assert find_suffix("001A0000006Vm9r") == "IAC"
    assert find_suffix("a" * 15) == "AAA"
    assert find_suffix("A" * 15) == "555"


@given(SHORT)
def test_15_and_18_characters_are_one_id(short: str) -> None:
    """An id with its checksum is compared by its first 15 characters."""
    assert shorten(short + find_suffix(short)) == short
    assert shorten(short) == short


@given(st.text(max_size=20))
def test_other_ids_are_compared_whole(text: str) -> None:
    """Only a right checksum makes an id shorter."""
    short = shorten(text)
    assert short == text or (len(text) == 18 and text.startswith(short))


def test_ids_are_matched_in_either_form() -> None:
    """Each spelling finds the other, and unknown ids find nothing."""
    short = "001A0000006Vm9u"
    known = {short: short, "7": "7"}
    found = match_ids(pd.Series([short + find_suffix(short), "7", "8", None]), known)
    assert found.tolist()[:2] == [short, "7"]
    assert found.isna().tolist() == [False, False, True, True]


def test_names_match_only_when_they_are_unique() -> None:
    """An owner by name is found in either order, unless two people have the name."""
    people = [("1", "Ann Lee"), ("2", "Bob Ray"), ("3", "bob  ray")]
    directory = build_directory(people, [("9", "Eve Old")])
    assert directory.find("LEE, Ann") == "1"
    assert directory.find("Bob Ray") is None
    assert directory.explain_miss("Bob Ray") == "ambiguous"
    assert directory.explain_miss("9") == "inactive"
    assert directory.explain_miss("Partner Queue") == "queue"
    assert directory.explain_miss("Zoe") == "unknown"


@pytest.mark.parametrize(
    ("cell", "parts"),
    [("a;b, c", ["a", "b, c"]), ("a|b", ["a", "b"]), ("a, b", ["a", "b"]), ("", []), (None, [])],
)
def test_lists_are_split_by_the_first_sign_that_is_there(cell: object, parts: list[str]) -> None:
    """Semicolons, bars and commas, in that order."""
    assert split_list(cell) == parts


PARENTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghij"), max_size=8)


@given(PARENTS)
def test_ancestors_have_no_parent_unless_in_a_circle(parents: dict[str, str]) -> None:
    """Every child's ancestor is the end of its chain, or the smallest of a circle."""
    circles = {member for loop in find_loops(parents) for member in loop}
    for child, ancestor in find_ancestors(parents).items():
        assert ancestor not in parents or ancestor in circles
        assert child in parents


def test_circles_are_named_once_from_their_smallest() -> None:
    """A circle is found from wherever one enters it; a tail is no part of it."""
    assert find_loops({"c": "b", "b": "a", "a": "c", "z": "a", "y": "x"}) == [("a", "c", "b")]
