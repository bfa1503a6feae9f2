"""Families: all accounts under one ultimate parent."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST_LOOP = 8


def find_loops(parents: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the circles in a mapping of child to parent, each from its smallest id.

    Parameters
    ----------
    parents
        Child to parent, each by id.
    """
    settled: set[str] = set()
    loops: list[tuple[str, ...]] = []
    for start in sorted(parents):
        path: dict[str, None] = {}
        node: str | None = start
        while node is not None and node not in settled and node not in path:
            path[node] = None
            node = parents.get(node)
        if node is not None and node in path:
            members = list(path)
            loops.append(_from_smallest(members[members.index(node) :]))
        settled.update(path)
    return loops


def word_loop(loop: tuple[str, ...]) -> str:
    """Return a circle of ids as text, its middle left out where it is long."""
    if len(loop) > LONGEST_LOOP:
        left_out = f"… {len(loop) - LONGEST_LOOP:,} more …"
        loop = (*loop[: LONGEST_LOOP - 1], left_out, loop[-1])
    return " > ".join((*loop, loop[0]))


def _from_smallest(loop: list[str]) -> tuple[str, ...]:
    first = loop.index(min(loop))
    return tuple(loop[first:] + loop[:first])


def find_ancestors(parents: Mapping[str, str]) -> dict[str, str]:
    """Return the ultimate parent of each child; members of a circle have the smallest of it.

    Parameters
    ----------
    parents
        Child to parent; a parent that is no child is an ultimate parent, known or not.
    """
    roots = {member: loop[0] for loop in find_loops(parents) for member in loop}
    for start in sorted(parents):
        path = []
        node = start
        while node not in roots and node in parents:
            path.append(node)
            node = parents[node]
        root = roots.get(node, node)
        roots.update(dict.fromkeys(path, root))
    return roots
