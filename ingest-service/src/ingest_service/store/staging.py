"""Rows of one file on their way in: kept in a file of their own, then stored in one transaction.

Parsing a million rows thus neither holds the write lock nor fills memory. Whoever uses the files
holds a lock beside them; files whose lock nobody holds were left by a killed worker and are swept.
"""

from __future__ import annotations

import contextlib
import fcntl
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from ingest_service.domain.export_links import RowName
from ingest_service.domain.export_table import is_export
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import ImportCounts, RowError
from ingest_service.domain.ports import Stored, StoreOrder
from ingest_service.store.category_paths import find_paths, resolve_paths
from ingest_service.store.changes import Changes, Told, version_of
from ingest_service.store.cities import note_cities
from ingest_service.store.claims import claim
from ingest_service.store.link_choice import Occasion, find_links
from ingest_service.store.memory import give_back
from ingest_service.store.new_rows import insert_new
from ingest_service.store.refunds import link_refunds, recompute_refunds
from ingest_service.store.repairs import note_repair
from ingest_service.store.rows import last_seq, take_seq
from ingest_service.store.sheet_categories import (
    SheetCategory,
    changed_by_sheet,
    choose,
    read_changed,
)
from ingest_service.store.spool import Spool
from ingest_service.store.staged_copy import StagedCopy
from servicekit.sqlite import file_lock, shortage_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest_service.store.identity import Flags, Identities, Verdicts

_CACHE_KIB = 64 * 1024
_PREFIX = "staging-"
_LOCK = ".lock"
_ALL_FAILED = "all-rows-failed"
_ERROR_COLUMNS = ("kind", "row", "sheet", "field", "code", "detail", "raw")
_CHANGE_ROWS = 10_000
_HELD_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What each row of the file is, and the stored rows that some of them tell anew."""

    verdicts: Verdicts
    settled: dict[int, int]
    main: Flags
    new: Flags
    identities: Identities
    names: Mapping[int, RowName]

    def identity(self, at: int) -> tuple[RowName, bool]:
        """As what a row of the file is known, and whether it is new."""
        fingerprint = self.identities.fingerprint(at)
        return RowName(fingerprint, int(self.verdicts.occurrence[at])), bool(self.new[at])

    def stored_id(self, at: int) -> int:
        """The id of the stored row that a row of the file tells; 0 where it is new."""
        return self.settled.get(at) or int(self.verdicts.known[at])

    @property
    def held(self) -> Iterator[int]:
        """Ids of stored rows that the file holds too, ascending."""
        import numpy as np

        known = self.verdicts.known
        found = known[known > 0]
        if self.settled:
            found = np.concatenate([found, list(self.settled.values())])
        found.sort()
        if (found[1:] == found[:-1]).any():
            found = np.unique(found)
        for start in range(0, len(found), _HELD_ROWS):
            yield from found[start : start + _HELD_ROWS].tolist()


class StagedRows:
    """One import's rows, on one connection."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._rows = Spool(path)
        self._copies = StagedCopy(path.with_name(path.name + "-copy"))
        self._errors = Spool(path.with_name(path.name + "-errors"))
        self._ties = Spool(path.with_name(path.name + "-ties"))
        self._kinds = {"error": 0, "ignored": 0}

    def add(self, rows: pa.Table, ties: pa.Table | None = None) -> None:
        """Stage rows given as domain.staged.STAGED_COLUMNS, with what domain.ties makes of some."""
        if ties is not None:
            import pyarrow.compute as pc

            position = pc.add(ties["position"], self._rows.rows)
            self._ties.add(ties.set_column(0, "position", position))
        self._rows.add(rows)
        self._copies.add(rows)

    def add_errors(self, errors: Sequence[RowError]) -> None:
        """Stage why rows could not be read."""
        import pyarrow as pa

        ordered = sorted(errors, key=lambda error: error.row)
        for error in ordered:
            self._kinds[error.kind] += 1
        columns = {
            name: pa.array(
                [getattr(error, name) for error in ordered],
                type=pa.int64() if name == "row" else pa.string(),
            )
            for name in _ERROR_COLUMNS
        }
        self._errors.add(pa.table(columns))

    def discard(self) -> None:
        """Remove the files."""
        self._rows.discard()
        self._copies.discard()
        self._errors.discard()
        self._ties.discard()

    def preview(self, order: StoreOrder) -> Stored:
        """What store() would do; only the errors and the verdict are kept."""
        with _immediate(self._connection):
            order.fence(self._connection)
            changes = Changes(self._connection)
            plan = self._plan(order)
            if plan is not None:
                for told in self._told(plan, find_paths, order):
                    changes.count(told, is_export=is_export(order.header))
                said = self._sheet_categories(order, plan, find_paths)
                rows = changed_by_sheet(self._connection, order.record.user_id, said)
                changes.updated.update(row["id"] for row in rows)
            return self._finish(order, plan, changes)

    def store(self, order: StoreOrder) -> Stored:
        """Store what is new and what changed, in one transaction that is whole or not at all."""
        record = order.record
        self._copies.attach(self._connection.connection.dbapi_connection)
        with _immediate(self._connection):
            order.fence(self._connection)
            changes = Changes(self._connection)
            plan = self._plan(order)
            if plan is not None:
                self._copy(order, plan)
                for told in self._told(plan, resolve_paths, order):
                    changes.tell(told, import_id=record.id, is_export=is_export(order.header))
                said = self._sheet_categories(order, plan, resolve_paths)
                changes.updated |= choose(self._connection, record, said)
                claim(self._connection, record.id, plan.held)
                self._tie(order, plan)
                self._settle(order, changes)
            return self._finish(order, plan, changes)

    def _settle(self, order: StoreOrder, changes: Changes) -> None:
        """Sum refunds anew where rows changed, and find the links that are possible now."""
        user_id = order.record.user_id
        if is_export(order.header):
            # Its directions and refunds are what is left after all links: no row counts anew.
            recompute_refunds(self._connection, changes.to_sum)
            return
        import_id, now = order.record.id, order.now
        moved = link_refunds(
            self._connection, user_id, changed=changes.updated, import_id=import_id, now=now
        )
        recompute_refunds(self._connection, changes.to_sum | moved)
        occasion = Occasion(user_id, import_id, now)
        find_links(self._connection, occasion, changed=changes.updated | moved)

    def _tie(self, order: StoreOrder, plan: _Plan) -> None:
        """Put back the links that the file tells."""
        from ingest_service.store.told_ties import ToldTies

        ties = ToldTies(self._ties)
        ties.restore(
            self._connection, order.record, identity=plan.identity, ids=plan.settled, now=order.now
        )

    def _sheet_categories(
        self, order: StoreOrder, plan: _Plan, category_ids: Any
    ) -> dict[int, SheetCategory]:
        """Known rows whose category somebody changed in the exported sheet."""
        from ingest_service.store.told_ties import ToldTies

        changed = ToldTies(self._ties).changed_categories()
        told = read_changed(self._rows, changed, plan.stored_id)
        record = order.record
        named = dict.fromkeys(path for path, _ in told.values())
        ids = category_ids(self._connection, record.user_id, named, record.id)
        return {id_: SheetCategory(ids[path], check) for id_, (path, check) in told.items()}

    def _plan(self, order: StoreOrder) -> _Plan | None:
        if not self._rows.rows:
            return None
        from ingest_service.store.identity import judge, read_identities
        from ingest_service.store.settling import find_settled
        from ingest_service.store.told_ties import ToldTies

        give_back()
        user_id = order.record.user_id
        identities = read_identities(self._rows)
        names = ToldTies(self._ties).names(identities)
        identities = identities.renamed(names)
        verdicts = judge(self._connection, user_id, identities, names)
        settled = find_settled(self._connection, user_id, self._rows, identities, verdicts)
        new = verdicts.new
        new[list(settled)] = False
        return _Plan(verdicts, settled, identities.main, new, identities, names)

    def _copy(self, order: StoreOrder, plan: _Plan) -> None:
        """Insert what is new, oldest first: the indexes then grow at their ends."""
        count = int(plan.new.sum())
        if not count:
            return
        note_cities(self._connection, order.cities)
        raw: Any = self._connection.connection.dbapi_connection
        # Every value was checked column by column; the table's own checks took a third of the time.
        raw.execute("PRAGMA ignore_check_constraints = ON")
        named = ((name.fingerprint, at + 1) for at, name in plan.names.items() if plan.new[at])
        raw.executemany("UPDATE staged.rows SET fingerprint = ? WHERE rowid = ?", named)
        insert_new(
            raw,
            order,
            new=plan.new,
            occurrence=plan.verdicts.occurrence,
            category_ids=self._category_ids(order, plan),
            backwards=self._is_newest_first(),
            first_seq=take_seq(self._connection, count),
        )
        raw.execute("PRAGMA ignore_check_constraints = OFF")

    def _category_ids(self, order: StoreOrder, plan: _Plan) -> dict[str, int]:
        """Ids of the categories that new rows name, made where they are not there."""
        import pyarrow as pa

        paths: dict[str, None] = {}
        for start, batch in self._rows.batches(["category_path"]):
            new = pa.array(plan.new[start : start + len(batch)])
            paths |= dict.fromkeys(batch["category_path"].filter(new).unique().to_pylist())
        paths.pop("", None)
        record = order.record
        return resolve_paths(self._connection, record.user_id, paths, record.id)

    def _is_newest_first(self) -> bool:
        first = last = 0
        for start, batch in self._rows.batches(["time"]):
            first = batch["time"][0].as_py() if not start else first
            last = batch["time"][-1].as_py()
        return first > last

    def _told(self, plan: _Plan, category_ids: Any, order: StoreOrder) -> Iterator[Told]:
        """Known rows that the file tells otherwise, a part at a time."""
        import numpy as np

        verdicts = plan.verdicts
        differs = (verdicts.known > 0) & ~verdicts.same & plan.main
        differs[list(plan.settled)] = True
        if not differs.any():
            return
        for start, batch in self._rows.batches():
            at = np.flatnonzero(differs[start : start + len(batch)])
            for begin in range(0, len(at), _CHANGE_ROWS):
                part = at[begin : begin + _CHANGE_ROWS]
                rows = batch.take(part).to_pylist()
                paths = dict.fromkeys(filter(None, (row["category_path"] for row in rows)))
                record = order.record
                ids = category_ids(self._connection, record.user_id, paths, record.id)
                told = {}
                for row, number in zip(rows, (start + part).tolist(), strict=True):
                    id_ = plan.stored_id(number)
                    name = plan.identity(number)[0]
                    told[id_] = (_telling(row, ids, name), row["content"])
                yield told

    def _finish(self, order: StoreOrder, plan: _Plan | None, changes: Changes) -> Stored:
        rows = new = 0
        if plan is not None:
            rows, new = int(plan.main.sum()), int((plan.new & plan.main).sum())
        counts = ImportCounts(
            success=new,
            failed=self._kinds["error"],
            duplicate=rows - new,
            ignored=self._kinds["ignored"],
        )
        self._keep_errors(order)
        seq = last_seq(self._connection)
        verdict = _verdict(counts)
        failed = verdict == "failed"
        detail = sentence(_ALL_FAILED, locale=order.record.locale, params={})
        self._connection.execute(
            text(
                "UPDATE imports SET status = :status, error_code = :error_code,"
                " error_detail = :error_detail, profile = :profile, header = :header,"
                " rows_total = :total, rows_success = :success, rows_failed = :failed,"
                " rows_duplicate = :duplicate, rows_ignored = :ignored, rows_updated = :updated,"
                " last_seq = :last_seq, finished_at = :now WHERE id = :id"
            ),
            {
                "status": verdict,
                "error_code": _ALL_FAILED if failed else None,
                "error_detail": detail if failed else None,
                "profile": order.profile,
                "header": order.header,
                "total": counts.total,
                "success": counts.success,
                "failed": counts.failed,
                "duplicate": counts.duplicate,
                "ignored": counts.ignored,
                "updated": len(changes.updated),
                "last_seq": seq,
                "now": order.now,
                "id": order.record.id,
            },
        )
        if not order.record.dry_run and order.record.repair_of is not None:
            self._note_repair(order, plan)
        return Stored(counts, seq)

    def _note_repair(self, order: StoreOrder, plan: _Plan | None) -> None:
        """Tell the repaired import which of its lines are stored now, and whether as new rows."""
        new_by_line: dict[int, bool] = {}
        if plan is not None:
            for start, batch in self._rows.batches(["row"]):
                lines = batch["row"].to_pylist()
                flags = plan.new[start : start + len(batch)].tolist()
                for line, is_new in zip(lines, flags, strict=True):
                    new_by_line[line] = new_by_line.get(line, False) or is_new
        note_repair(self._connection, order.record, new_by_line)

    def _keep_errors(self, order: StoreOrder) -> None:
        raw: Any = self._connection.connection.dbapi_connection
        names = ", ".join(_ERROR_COLUMNS)
        marks = ", ".join("?" * len(_ERROR_COLUMNS))
        statement = (
            f"INSERT INTO import_errors (import_id, {names})"  # noqa: S608 - our own names
            f" VALUES ({int(order.record.id)}, {marks})"
        )
        for _, batch in self._errors.batches():
            columns = [batch[name].to_pylist() for name in _ERROR_COLUMNS]
            raw.executemany(statement, zip(*columns, strict=True))


def _telling(row: dict[str, Any], ids: dict[str, int], name: RowName) -> dict[str, Any]:
    """The row of a file as a version of a stored row."""
    path = row["category_path"]
    category_id = ids.get(path, row["category_id"]) if path else row["category_id"]
    return version_of(
        row
        | {
            "category_id": category_id,
            "fingerprint": name.fingerprint.hex(),
            "occurrence": name.occurrence,
        }
    )


def _verdict(counts: ImportCounts) -> str:
    if not counts.failed:
        return "succeeded"
    return "partial" if counts.success or counts.duplicate else "failed"


@contextlib.contextmanager
def open_staging(engine: Engine, folder: Path) -> Iterator[StagedRows]:
    """An empty staging area on a connection of its own, gone for good at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA main.cache_size = -{_CACHE_KIB}")
        # Its settings must not go back into the pool with the connection.
        connection.detach()
        path = folder / f"{_PREFIX}{uuid.uuid4().hex}"
        lock = path.with_name(path.name + _LOCK)
        with file_lock(lock):
            staging = StagedRows(connection, path)
            try:
                yield staging
            except BaseException as error:
                if shortage_of(error) == "full":
                    _give_back(connection)
                raise
            finally:
                staging.discard()
                lock.unlink(missing_ok=True)


def _give_back(connection: Connection) -> None:
    """Let the write-ahead log of what was not stored go: nobody else would have room meanwhile."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def sweep_staging(folder: Path) -> None:
    """Remove staging files that killed workers left."""
    for lock in folder.glob(f"{_PREFIX}*{_LOCK}"):
        with contextlib.suppress(FileNotFoundError), lock.open("rb") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            for path in folder.glob(f"{lock.name.removesuffix(_LOCK)}*"):
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _immediate(connection: Connection) -> Iterator[None]:
    """A transaction that takes the write lock at once; the kit's own opens another connection."""
    connection.execution_options(sqlite_begin_mode="IMMEDIATE")
    with connection.begin():
        yield
