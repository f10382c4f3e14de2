from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.store import arrow_columns as arrow

NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.none() | NUMBERS, max_size=40), st.lists(st.text(), max_size=20))
def test_columns_from_buffers_are_those_of_pyarrow(numbers: list[Any], texts: list[str]) -> None:
    for made, wanted in [
        (arrow.integers(pa, numbers), pa.array(numbers, pa.int64())),
        (arrow.floats(pa, [None, 1.5]), pa.array([None, 1.5], pa.float64())),
        (arrow.days(pa, [0, 19787]), pa.array([0, 19787], pa.int32()).cast(pa.date32())),
        (arrow.booleans(pa, [1, 0] * 9), pa.array([True, False] * 9)),
        (arrow.strings(pa, texts), pa.array(texts, pa.string())),
    ]:
        made.validate(full=True)
        assert made.equals(wanted)
