"""Which texts of a column are among others, by the hundred thousand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def are_among(column: pd.Series, others: pd.Series | Iterable[str]) -> NDArray[np.bool_]:
    """Return which texts of a column are among others, (rows,); a missing one never is.

    A frame's own ``isin`` makes an object of each of the others, one after the other: half a
    second for a hundred thousand.

    Parameters
    ----------
    column
        (rows,) texts.
    others
        Another column, or any texts.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    given = others if hasattr(others, "array") else list(others)
    among = pa.array(given, type=pa.large_string(), from_pandas=True)
    texts = pa.array(column, type=pa.large_string(), from_pandas=True)
    return np.asarray(pc.is_in(texts, value_set=among, skip_nulls=True), dtype=np.bool_)
