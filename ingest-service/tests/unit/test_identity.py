"""Rows of a file told apart: equal rows numbered in their order, rows that come twice left out."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ingest_service.store.identity import Identities, judge

Row = tuple[int, int, int, bool]
"""Time, digest, content, and whether it has an order number."""
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1_600_000_000, 1_700_000_000]),
        st.integers(0, 3),
        st.integers(1, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


def identities(rows: list[Row]) -> Identities:
    time, digest, content, numbered = zip(*rows, strict=True)
    return Identities(
        time=np.array(time, dtype=np.uint32),
        digest=np.array(digest, dtype=np.uint64),
        content=np.array(content, dtype=np.uint64),
        main=np.ones(len(rows), dtype=bool),
        numbered=np.array(numbered, dtype=bool),
    )


def one_by_one(rows: list[Row]) -> tuple[list[int], list[bool]]:
    """The same by going through the rows."""
    seen: dict[tuple[int, int], list[int]] = defaultdict(list)
    occurrence, repeated = [], []
    for time, digest, content, numbered in rows:
        before = seen[time, digest]
        again = numbered and content in before
        occurrence.append(0 if again else len(before))
        repeated.append(again)
        if not again:
            before.append(content)
    return occurrence, repeated


@given(rows=ROWS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_numbered_as_by_going_through_them(engine: Engine, rows: list[Row]) -> None:
    with engine.connect() as connection:
        verdicts = judge(connection, 1, identities(rows), {})
    occurrence, repeated = one_by_one(rows)
    assert verdicts.occurrence.tolist() == occurrence
    assert verdicts.repeated.tolist() == repeated
    assert verdicts.new.tolist() == [not again for again in repeated]
