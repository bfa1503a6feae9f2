"""Peer groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.units.peers import peer_groups
from planner.units.result import Eligibility, Seats
from planner.units.seats import number_seats


def make_seats(capacity: list[float], **attributes: tuple[str, ...]) -> Seats:
    blank = number_seats(len(capacity))
    return Seats(
        territory_ids=blank.territory_ids,
        rep_ids=blank.rep_ids,
        homes=blank.homes,
        travels=blank.travels,
        open_site=blank.open_site,
        capacity=np.array(capacity),
        period_capacity=np.array(capacity),
        attributes=attributes,
    )


def make_eligibility(
    allowed: list[list[int]], class_of_unit: list[int] | None = None
) -> Eligibility:
    classes = np.array(allowed, dtype=bool)
    of_unit = np.arange(len(allowed)) if class_of_unit is None else np.array(class_of_unit)
    return Eligibility(class_of_unit=of_unit, allowed=classes, rules=((),) * len(allowed))


def test_all_is_one_group() -> None:
    """Everyone is compared with everyone, whatever they may serve."""
    peers = peer_groups(make_eligibility([[1, 0], [0, 1]]), make_seats([1, 1]), "all")
    assert peers.group_of_territory.tolist() == [0, 0]
    assert peers.share.tolist() == [[1.0], [1.0]]


def test_eligibility_makes_connected_parts() -> None:
    """T1 and T3 are joined by a class that both may serve, T2 stands alone."""
    eligibility = make_eligibility([[1, 0, 0], [1, 0, 1], [0, 1, 0]])
    peers = peer_groups(eligibility, make_seats([1, 1, 1]), "eligibility")
    assert peers.group_of_territory.tolist() == [0, 1, 0]
    assert peers.share.tolist() == [[1, 0], [1, 0], [0, 1]]


def test_a_territory_that_may_serve_nothing_is_a_group_of_its_own() -> None:
    """Nobody is compared with a territory that has nothing to serve."""
    peers = peer_groups(make_eligibility([[1, 0, 1]]), make_seats([1, 1, 1]), "eligibility")
    assert peers.group_of_territory.tolist() == [0, 1, 0]


def test_empty_geographic_units_join_nobody() -> None:
    """A unit without accounts is open to everyone, which makes nobody a peer."""
    eligibility = replace(make_eligibility([[1, 0], [0, 1], [1, 1]]), accounts=np.array([3, 2, 0]))
    peers = peer_groups(eligibility, make_seats([1, 3]), "eligibility")
    assert peers.group_of_territory.tolist() == [0, 1]
    assert peers.share.tolist() == [[1, 0], [0, 1], [0.25, 0.75]]


def test_a_column_shares_what_several_groups_may_serve_by_capacity() -> None:
    """Of a class open to one full AE and one half strategic rep, two thirds are the AE's."""
    seats = make_seats([1, 1, 0.5], role=("AE", "AE", "Strategic"))
    peers = peer_groups(make_eligibility([[1, 0, 1], [0, 0, 1], [1, 1, 0]]), seats, "role")
    assert peers.names == ("AE", "Strategic")
    assert peers.share.tolist() == pytest.approx(np.array([[2 / 3, 1 / 3], [0, 1], [1, 0]]))


def test_classes_that_nobody_may_serve_belong_to_no_group() -> None:
    """What stays unassigned is in nobody's total."""
    peers = peer_groups(make_eligibility([[0, 0], [1, 1]]), make_seats([1, 1]), "eligibility")
    assert peers.share.tolist() == [[0.0], [1.0]]


def test_seats_without_capacity_share_evenly() -> None:
    """A class that only seats of capacity 0 may serve still belongs to them."""
    seats = make_seats([0, 0], role=("A", "B"))
    assert peer_groups(make_eligibility([[1, 1]]), seats, "role").share.tolist() == [[0.5, 0.5]]


def test_an_unknown_column_is_refused() -> None:
    """The nearest column is offered."""
    with pytest.raises(ScenarioError, match="Did you mean role"):
        peer_groups(make_eligibility([[1]]), make_seats([1], role=("A",)), "rolle")


@given(
    st.lists(st.lists(st.integers(0, 1), min_size=4, max_size=4), min_size=1, max_size=8),
    st.lists(st.floats(0, 2), min_size=4, max_size=4),
    st.sampled_from(["all", "eligibility", "role"]),
)
def test_every_servable_class_is_shared_out_whole(
    allowed: list[list[int]], capacity: list[float], within: str
) -> None:
    """Shares of a class add up to one, and only groups that may serve it have any."""
    eligibility = make_eligibility(allowed)
    seats = make_seats(capacity, role=("A", "B", "A", "C"))
    peers = peer_groups(eligibility, seats, within)
    servable = eligibility.allowed.any(axis=1)
    assert peers.share.sum(axis=1).tolist() == pytest.approx(servable.astype(float))
    for row, may in zip(peers.share, eligibility.allowed, strict=True):
        having = set(np.flatnonzero(row > 0))
        assert having <= set(peers.group_of_territory[may])
