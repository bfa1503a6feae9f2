"""Which texts of a column are among others."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.membership import are_among

WORDS = st.lists(st.none() | st.text(max_size=3), max_size=20)


@given(column=WORDS, others=st.lists(st.text(max_size=3), max_size=20))
def test_a_text_is_among_others_where_it_equals_one(
    column: list[str | None], others: list[str]
) -> None:
    """Each text is judged by itself, and a missing one is never among others."""
    expected = [text is not None and text in others for text in column]
    texts = pd.Series(column, dtype="str")
    assert are_among(texts, others).tolist() == expected
    assert are_among(texts, pd.Series([*others, None], dtype="str")).tolist() == expected
