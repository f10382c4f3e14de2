"""The loop of a background process: claims jobs, keeps their leases, runs periodic work."""

import contextlib
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sqlalchemy import Connection

from servicekit.jobs.model import Job, LostLease, PermanentJobError, WorkerStopping
from servicekit.jobs.queue import JobQueue
from servicekit.logs import bind_request_id, get_logger
from servicekit.sqlite import Shortage, shortage_of

_MAX_BACKOFF_S = 60.0
_MAX_SHORTAGE_PAUSE_S = 300.0
_WAITS_FOR: Mapping[Shortage, tuple[str, str]] = {
    "busy": ("database-busy", "The database was busy."),
    "full": ("storage-full", "The disk is full."),
}
_HEARTBEATS_PER_LEASE = 3


class JobContext:
    """What a handler is given: its job, and the ways to report and to check that it holds it."""

    def __init__(
        self,
        job: Job,
        *,
        queue: JobQueue,
        lease_s: float,
        progress_interval_s: float,
        stopping: threading.Event,
    ) -> None:
        self.job = job
        self._queue = queue
        self._lease_s = lease_s
        self._progress_interval_s = progress_interval_s
        self._stopping = stopping
        self._lost = threading.Event()
        self._reported_at = float("-inf")
        self._stage = ""

    def progress(self, *, done: int, total: int, stage: str = "") -> None:
        """Report progress; call it often, it writes only now and then. Never inside a transaction.

        Raises:
            LostLease: Another worker has the job.
            WorkerStopping: The process was told to stop.
        """
        self.check()
        now = time.monotonic()
        is_news = stage != self._stage or done >= total
        if not is_news and now - self._reported_at < self._progress_interval_s:
            return
        self._reported_at = now
        self._stage = stage
        try:
            self._queue.report(self.job, done=done, total=total, stage=stage, lease_s=self._lease_s)
        except Exception as error:
            # The work need not stop because nobody can be told of it just now.
            if shortage_of(error) is None:
                raise
            get_logger().warning("job_progress_delayed", kind=self.job.kind)

    def check(self) -> None:
        """Raise LostLease or WorkerStopping where the handler should stop; costs nothing."""
        if self._lost.is_set():
            raise LostLease
        if self._stopping.is_set():
            raise WorkerStopping

    def fence(self, connection: Connection) -> None:
        """Check in the handler's own write transaction that it still holds the job. LostLease."""
        self._queue.fence(connection, self.job)

    def mark_lost(self) -> None:
        """Let the next check or progress raise LostLease."""
        self._lost.set()


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that a worker does by itself every so often; it must be idempotent."""

    every_s: float
    run: Callable[[], None]


@dataclass(slots=True)
class _Due:
    entry: Periodic
    at: float = float("-inf")


class Worker:
    """Runs the jobs of one queue, one at a time.

    Args:
        queue: Where jobs come from.
        handlers: The function for each kind of job; other kinds are left alone.
        periodic: Work done between jobs, the first time at once.
        heartbeat_path: A file touched while the worker lives, for health checks.
        poll_s: Pause between looks at an empty queue.
        lease_s: How long a silent worker keeps a job.
        max_attempts: Tries before a job counts as failed. A busy database and a full disk are
            waited for and count as no try.
        max_waits: How often a job may wait for a full disk, each time twice as long (at most five
            minutes), before it counts as failed (storage-full): it may be what is too large.
        on_failed: Told of every job given up, with its code; at least once, so idempotent.
        shortage_pause_s: Pause after a busy database or a full disk stopped a job.
    """

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Callable[[JobContext], None]],
        *,
        periodic: Sequence[Periodic] = (),
        heartbeat_path: Path | str | None = None,
        poll_s: float = 0.2,
        lease_s: float = 30.0,
        max_attempts: int = 5,
        max_waits: int = 10,
        on_failed: Callable[[Job, str], None] | None = None,
        progress_interval_s: float = 0.2,
        shortage_pause_s: float = 5.0,
    ) -> None:
        self._queue = queue
        self._handlers = handlers
        self._periodic = [_Due(entry=entry) for entry in periodic]
        self._heartbeat_path = None if heartbeat_path is None else Path(heartbeat_path)
        self._poll_s = poll_s
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._max_waits = max_waits
        self._on_failed = on_failed
        self._progress_interval_s = progress_interval_s
        self._shortage_pause_s = shortage_pause_s
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the loop to end; a running handler learns of it at its next progress call."""
        self._stopping.set()

    def run_forever(self) -> None:
        """Work until SIGTERM or SIGINT; the job under way is given back or finished."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        get_logger().info("worker_started", kinds=sorted(self._handlers))
        while not self._stopping.is_set():
            self._touch_heartbeat()
            pause_s = self._poll_s
            try:
                self._run_periodic()
                found = self.run_once()
            except Exception as error:
                shortage = shortage_of(error)
                if shortage is None:
                    raise
                # It passes; the process going down would not mend it.
                get_logger().warning("worker_waits", reason=shortage)
                found, pause_s = False, self._shortage_pause_s
            if not found:
                self._stopping.wait(pause_s)
        get_logger().info("worker_stopped")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def run_once(self) -> bool:
        """Whether a job was found; it has then been run to one of its ends."""
        job = self._queue.claim(lease_s=self._lease_s, kinds=tuple(self._handlers))
        if job is None:
            return False
        bind_request_id(f"job-{job.id:06d}-{job.attempts}")
        if job.attempts > self._max_attempts:
            # Every earlier try ended without a word: the job kills its worker.
            self._give_up(job, code="worker-lost", error_text="The worker was lost repeatedly.")
            return True
        with contextlib.suppress(LostLease):
            self._run(job)
        return True

    def _run(self, job: Job) -> None:
        context = JobContext(
            job,
            queue=self._queue,
            lease_s=self._lease_s,
            progress_interval_s=self._progress_interval_s,
            stopping=self._stopping,
        )
        started_at = time.monotonic()
        try:
            with self._heartbeat(context):
                self._handlers[job.kind](context)
        except LostLease:
            get_logger().warning("job_lease_lost", kind=job.kind)
        except WorkerStopping:
            self._note(lambda: self._queue.release(job))
            get_logger().info("job_released", kind=job.kind)
        except PermanentJobError as error:
            self._give_up(job, code=error.code, error_text=error.detail)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises ends this try only
            self._after_error(job, error)
        else:
            self._note(lambda: self._queue.succeed(job))
            duration_s = round(time.monotonic() - started_at, 3)
            get_logger().info("job_succeeded", kind=job.kind, duration_s=duration_s)

    def _after_error(self, job: Job, error: Exception) -> None:
        shortage = shortage_of(error)
        if shortage is not None:
            self._postpone(job, shortage)
            return
        get_logger().error("job_attempt_failed", kind=job.kind, exc_info=error)
        # The text may reach people: a type's name, never a message with paths or SQL.
        error_text = type(error).__name__
        if job.attempts >= self._max_attempts:
            self._give_up(job, code="internal-error", error_text=error_text)
            return
        delay_s = min(2.0 ** (job.attempts - 1), _MAX_BACKOFF_S)
        self._note(
            lambda: self._queue.retry(
                job, delay_s=delay_s, code="internal-error", error_text=error_text
            )
        )

    def _postpone(self, job: Job, shortage: Shortage) -> None:
        code, text = _WAITS_FOR[shortage]
        delay_s, waits = self._shortage_pause_s, job.waits
        if shortage == "full":
            if waits >= self._max_waits:
                self._give_up(job, code=code, error_text=text)
                return
            delay_s = min(delay_s * 2.0**waits, _MAX_SHORTAGE_PAUSE_S)
            waits += 1
        get_logger().warning("job_waits", kind=job.kind, code=code, delay_s=delay_s)
        self._note(
            lambda: self._queue.release(
                job, delay_s=delay_s, code=code, error_text=text, waits=waits
            )
        )

    def _note(self, write: Callable[[], None]) -> None:
        """Write down how a try ended, as soon as the database takes it; or LostLease.

        Until then the job is still held here: nobody else could take it up either.
        """
        while True:
            try:
                write()
            except Exception as error:
                shortage = shortage_of(error)
                if shortage is None or self._stopping.is_set():
                    raise
                get_logger().warning("worker_waits", reason=shortage)
                self._touch_heartbeat()
                self._stopping.wait(self._shortage_pause_s)
            else:
                return

    def _give_up(self, job: Job, *, code: str, error_text: str) -> None:
        with contextlib.suppress(LostLease):
            self._note(lambda: self._queue.extend(job, lease_s=self._lease_s))
            # Before the job ends: a worker killed in between is followed by one that tells again.
            if self._on_failed is not None:
                told = self._on_failed
                self._note(lambda: told(job, code))
            self._note(lambda: self._queue.fail(job, code=code, error_text=error_text))
            get_logger().error("job_failed", kind=job.kind, code=code)

    @contextlib.contextmanager
    def _heartbeat(self, context: JobContext) -> Iterator[None]:
        finished = threading.Event()

        def beat() -> None:
            while not finished.wait(self._lease_s / _HEARTBEATS_PER_LEASE):
                self._touch_heartbeat()
                try:
                    self._queue.extend(context.job, lease_s=self._lease_s)
                except LostLease:
                    context.mark_lost()
                    return
                except Exception as error:
                    # Someone holds the write lock for long; the next beat tries again.
                    if shortage_of(error) is None:
                        raise
                    get_logger().warning("job_heartbeat_delayed", kind=context.job.kind)

        thread = threading.Thread(target=beat, name="job-heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            finished.set()
            thread.join()

    def _run_periodic(self) -> None:
        for due in self._periodic:
            if time.monotonic() < due.at or self._stopping.is_set():
                continue
            due.at = time.monotonic() + due.entry.every_s
            bind_request_id(f"periodic-{uuid.uuid4().hex[:12]}")
            try:
                due.entry.run()
            except Exception as error:  # noqa: BLE001 - the next turn comes all the same
                get_logger().error("periodic_failed", exc_info=error)

    def _touch_heartbeat(self) -> None:
        if self._heartbeat_path is None:
            return
        try:
            self._heartbeat_path.parent.mkdir(parents=True, exist_ok=True)
            self._heartbeat_path.touch()
        except OSError:
            get_logger().warning("heartbeat_not_written")
