"""Inputs of any content: sound ones with some bytes changed, pieces put in, cut out or doubled."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

KINDS = ("insert", "replace", "cut", "double", "flip", "end")
LONGEST_CUT = 60


@st.composite
def inputs(draw: st.DrawFn, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Draw a seed with up to eight mutations; now and then bytes out of nowhere."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=400))
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 8))):
        data = _mutate(draw, data, words)
    return data


def _mutate(draw: st.DrawFn, data: bytes, words: Sequence[bytes]) -> bytes:
    kind = draw(st.sampled_from(KINDS))
    at = draw(st.integers(0, len(data)))
    size = draw(st.integers(1, LONGEST_CUT))
    if kind in {"insert", "replace"}:
        piece = draw(st.one_of(st.sampled_from(words), st.binary(max_size=8))) if words else draw(st.binary(max_size=8))  # fmt: skip
        return data[:at] + piece + data[at + (size if kind == "replace" else 0) :]
    if kind == "cut":
        return data[:at] + data[at + size :]
    if kind == "double":
        return data[: at + size] + data[at:]
    if kind == "end":
        return data[:at]
    flipped = bytes([data[at] ^ draw(st.integers(1, 255))]) if at < len(data) else b""
    return data[:at] + flipped + data[at + 1 :]
