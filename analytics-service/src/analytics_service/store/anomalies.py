"""The anomalies as the worker keeps them, and what users say about them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from analytics_service.domain.anomalies import (
    DAY,
    LEVELS,
    Anomaly,
    AnomalyQuery,
    FeedbackCount,
    Reason,
    Verdict,
    levels_from,
)
from analytics_service.domain.errors import AnomalyNotFound
from analytics_service.domain.judging import Due, JudgedState, Judgement, Position
from analytics_service.domain.ports import JudgedFacts
from analytics_service.store import tables as t
from analytics_service.store.anomaly_facts import SqliteJudgedFacts
from servicekit.sqlite import read_transaction, write_transaction

A = t.anomalies.c
V = t.anomaly_feedback.c


class SqliteJudgements:
    """Whose spending is to be judged, what it is judged by, and what was found."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self) -> tuple[Position, Sequence[Due]]:
        """The last change that the facts know of, and whose rows have moved since a judgement."""
        d = t.anomaly_due.c
        with read_transaction(self._engine) as connection:
            position = _position(connection)
            query = select(d.user_id, d.currency, d.seq).order_by(d.user_id, d.currency)
            return position, [Due(*row, position.epoch) for row in connection.execute(query)]

    @contextmanager
    def facts(self, due: Due) -> Iterator[JudgedFacts]:
        """One consistent view of a user's expenses."""
        with read_transaction(self._engine) as connection:
            yield SqliteJudgedFacts(connection, due.owner_id, due.currency)

    def keep(self, due: Due, judgement: Judgement) -> None:
        """Replace what was found for a user by the methods of a judgement.

        What moved while it was judged stays due. Nothing is kept where the feed has begun a new
        epoch meanwhile: the rows that were judged are no more.
        """
        d, s = t.anomaly_due, t.anomaly_states
        key = {"user_id": due.owner_id, "currency": due.currency}
        state = judgement.state
        values = {
            "history_days": state.history_days,
            "charges": state.charges,
            "has_days": int(state.has_days),
            "has_charges": int(state.has_charges),
        }
        with write_transaction(self._engine) as connection:
            if _position(connection).epoch != due.epoch:
                return
            _replace(connection, key, judgement)
            statement = insert(s).values(**key, **values, forest_rows=0)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["user_id", "currency"], set_=values)
            )
            mine = (d.c[name] == value for name, value in key.items())
            connection.execute(delete(d).where(*mine, d.c.seq <= due.seq))

    def keep_forest(self, due: Due, judgement: Judgement, *, rows: int) -> None:
        """Replace what a forest found for a user, grown over that many rows."""
        s = t.anomaly_states
        key = {"user_id": due.owner_id, "currency": due.currency}
        with write_transaction(self._engine) as connection:
            if _position(connection).epoch != due.epoch:
                return
            _replace(connection, key, judgement)
            mine = (s.c[name] == value for name, value in key.items())
            connection.execute(s.update().where(*mine).values(forest_rows=rows))

    def forests_due(self, *, share: float, minimum: int) -> Sequence[tuple[Due, int]]:
        """Whose forest is to be grown anew, with the rows: that share of them came or went."""
        s = t.anomaly_states.c
        moved = func.abs(s.charges - s.forest_rows) > share * s.forest_rows
        query = select(s.user_id, s.currency, s.charges).where(s.charges >= minimum, moved)
        with read_transaction(self._engine) as connection:
            position = _position(connection)
            rows = connection.execute(query.order_by(s.user_id, s.currency)).all()
        return [(Due(row[0], row[1], position.seq, position.epoch), row[2]) for row in rows]

    def settle(self, position: Position) -> None:
        """Note that everything up to a change is judged, unless the feed has begun anew."""
        statement = insert(t.judged_cursor).values(id=1, seq=position.seq)
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_={"seq": position.seq}
        )
        with write_transaction(self._engine) as connection:
            if _position(connection).epoch == position.epoch:
                connection.execute(statement)


def _position(connection: Connection) -> Position:
    cursor = t.feed_cursor.c
    row = connection.execute(select(cursor.seq, cursor.epoch)).one_or_none()
    return Position(0, "") if row is None else Position(row[0], row[1])


def _replace(connection: Connection, key: Mapping[str, Any], judgement: Judgement) -> None:
    table = t.anomalies
    for (scope, method), found in judgement.found.items():
        values = {**key, "scope": scope, "method": method}
        connection.execute(
            delete(table).where(*(table.c[name] == value for name, value in values.items()))
        )
        if found:
            connection.execute(insert(table), [{**values, **_values(item)} for item in found])


def _values(item: Anomaly) -> dict[str, Any]:
    return {
        "local_day": item.day,
        "expense_id": item.expense_id,
        "days": item.days,
        "category_id": item.category_id,
        "amount_minor": item.amount_minor,
        "lower_minor": item.lower_minor,
        "upper_minor": item.upper_minor,
        "score": item.score,
        "level": LEVELS.index(item.level),
        "code": item.reason.code,
        "params": json.dumps(dict(item.reason.params), ensure_ascii=False),
        "pattern": item.pattern,
    }


class SqliteFeedback:
    """What users say about anomalies; no rebuild takes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pattern(self, owner_id: int, scope: str, item: int, method: str | None) -> str:
        """What a verdict on an anomaly silences.

        Raises:
            AnomalyNotFound: the owner has no such anomaly.
        """
        key = A.local_day if scope == DAY else A.expense_id
        query = (
            select(A.pattern)
            .where(A.user_id == owner_id, A.scope == scope, key == item)
            .order_by((A.method == method).desc(), A.method, A.currency)
            .limit(1)
        )
        with read_transaction(self._engine) as connection:
            pattern: str | None = connection.execute(query).scalar()
        if pattern is None:
            raise AnomalyNotFound("there is no such anomaly")
        return pattern

    def give(self, owner_id: int, verdict: Verdict) -> None:
        """Keep a verdict in place of an earlier one on the same anomaly."""
        table = t.anomaly_feedback
        with write_transaction(self._engine) as connection:
            connection.execute(_of(owner_id, verdict.anomaly_id))
            connection.execute(
                insert(table).values(
                    user_id=owner_id,
                    anomaly_id=verdict.anomaly_id,
                    verdict=verdict.verdict,
                    pattern=verdict.pattern,
                    given_at=verdict.given_at,
                )
            )

    def take_back(self, owner_id: int, anomaly_id: str) -> None:
        """Forget a verdict.

        Raises:
            AnomalyNotFound: the owner has given none on such an anomaly.
        """
        with write_transaction(self._engine) as connection:
            if connection.execute(_of(owner_id, anomaly_id)).rowcount == 0:
                raise AnomalyNotFound("nothing was said about this anomaly")


def _of(owner_id: int, anomaly_id: str) -> Any:
    return delete(t.anomaly_feedback).where(V.user_id == owner_id, V.anomaly_id == anomaly_id)


def select_anomalies(owner_id: int, currency: str, query: AnomalyQuery) -> Select[Any]:
    """The anomalies of a user; those whose pattern he called normal only where they are asked."""
    normal = select(V.pattern).where(V.user_id == owner_id, V.verdict == "normal")
    silenced = A.pattern.in_(normal)
    levels = [LEVELS.index(level) for level in levels_from(query.level)]
    return select(t.anomalies).where(
        A.user_id == owner_id,
        A.currency == currency,
        A.scope == query.scope,
        A.method == query.method,
        A.level.in_(levels),
        silenced if query.shown == "silenced" else ~silenced,
    )


def read_anomaly(row: Row[Any], verdict: str | None) -> Anomaly:
    """The anomaly of a row of the table."""
    return Anomaly(
        scope=row.scope,
        day=row.local_day,
        expense_id=row.expense_id,
        amount_minor=row.amount_minor,
        lower_minor=row.lower_minor,
        upper_minor=row.upper_minor,
        score=row.score,
        level=LEVELS[row.level],
        reason=Reason(row.code, json.loads(row.params)),
        pattern=row.pattern,
        days=row.days,
        category_id=row.category_id,
        verdict=verdict,
    )


def read_verdicts(connection: Connection, owner_id: int) -> Mapping[str, str]:
    """What the user said, by the id of the anomaly."""
    query = select(V.anomaly_id, V.verdict).where(V.user_id == owner_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def count_verdicts(connection: Connection, owner_id: int) -> FeedbackCount:
    """How often the user found an alarm right, and how often he called it normal."""
    query = select(V.verdict, func.count()).where(V.user_id == owner_id).group_by(V.verdict)
    counts = {row[0]: row[1] for row in connection.execute(query)}
    return FeedbackCount(counts.get("normal", 0), counts.get("confirmed", 0))


def read_state(connection: Connection, owner_id: int, currency: str) -> JudgedState:
    """How much history a user's judgement rests on."""
    s = t.anomaly_states.c
    query = select(s.history_days, s.charges, s.has_days, s.has_charges).where(
        s.user_id == owner_id, s.currency == currency
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return JudgedState(0, 0, has_days=False, has_charges=False)
    return JudgedState(row[0], row[1], has_days=bool(row[2]), has_charges=bool(row[3]))


def read_judged_seq(connection: Connection) -> int:
    """The last change that the anomalies know of."""
    judged = t.judged_cursor.c
    return connection.execute(select(judged.seq).where(judged.id == 1)).scalar() or 0


def read_stamp(connection: Connection, owner_id: int) -> str:
    """The state of what the answers about a user's anomalies rest on beside the rows."""
    forest = select(func.coalesce(func.sum(t.anomaly_states.c.forest_rows), 0)).where(
        t.anomaly_states.c.user_id == owner_id
    )
    said = select(func.count(), func.coalesce(func.max(V.id), 0)).where(V.user_id == owner_id)
    count, last = connection.execute(said).one()
    grown = connection.execute(forest).scalar_one()
    return f"{read_judged_seq(connection)}.{grown}.{count}.{last}"
