"""Claims of an import move from rows to rows, whatever runs they stand in."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ingest_service.store.claims import claim, move_claims
from servicekit.sqlite import write_transaction

IDS = st.sets(st.integers(1, 30))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=IDS, drop=IDS, add=IDS)
def test_exactly_the_rows_told_are_claimed(
    engine: Engine, held: set[int], drop: set[int], add: set[int]
) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        claim(connection, 1, sorted(held))
        move_claims(connection, 1, drop=drop, add=add - drop)
        runs = connection.execute(text("SELECT first_id, last_id FROM import_claims")).all()
        claimed = [id_ for first, last in runs for id_ in range(first, last + 1)]
        assert sorted(claimed) == sorted((held - drop) | (add - drop))
        connection.execute(text("DELETE FROM import_claims"))
