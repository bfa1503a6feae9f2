"""Plans that draw nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drawings import leave_out_drawings


@pytest.fixture(scope="module", autouse=True)
def _no_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leave_out_drawings(patch.setattr)
        yield
