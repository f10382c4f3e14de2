"""The background process: pulls the change feed into the read model."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import OperationalError

from analytics_service.clients.loading import LoadProcess
from analytics_service.config import SERVICE, Config
from analytics_service.consumer import TROUBLES, Consumer, create_consumer, small_pages
from analytics_service.domain.errors import FitFailed, LoadFailed, ManyWaiting
from analytics_service.lean import give_back
from servicekit.logs import configure_logs, get_logger

PULL_EVERY_S = 0.5
# A child that fails takes a second of the processor each time; its heartbeat may be a minute old.
_LONGEST_PAUSE_S = 15.0


Work = Callable[[], None]


class Beside:
    """Does one piece of work at a time beside the feed, in a thread of its own."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def __call__(self, work: Work) -> bool:
        """Whether the work was begun; not while an earlier one goes on."""
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
        return True


class FeedLoop:
    """Pulls without a pause while more is waiting, else every half second.

    Where loading fails again and again, the pauses double up to a quarter of a minute.

    Where many changes wait, `load` takes them in. What stands out is judged `beside` the feed, and
    so is what takes seconds to find, each in its own turn: neither the feed nor the judgement waits
    for it.
    """

    def __init__(
        self,
        consumer: Consumer,
        *,
        heartbeat_path: Path,
        wait: Callable[[float], bool],
        beside: Callable[[], Callable[[Work], bool]],
        load: Work,
    ) -> None:
        self._consumer = consumer
        self._heartbeat_path = heartbeat_path
        self._wait = wait
        self._load = load
        self._failing: str | None = None
        self._pause_s = PULL_EVERY_S
        self._judging, self._fitting = beside(), beside()
        self._tried_at: int | None = None
        self._fitted_at: int | None = None

    def run(self) -> None:
        """Pull until `wait` answers that the process is to stop."""
        while not self._wait(0.0 if self.turn() else self._pause_s):
            pass

    def turn(self) -> bool:
        """Whether more is waiting; troubles are logged once and end with the next good pull."""
        self._heartbeat_path.touch()
        try:
            more = self._pull()
            if not more:
                self._settle()
        except TROUBLES as error:
            self._note_trouble(error)
            return False
        self._pause_s = PULL_EVERY_S
        if self._failing is not None:
            get_logger().info("feed_recovered")
            self._failing = None
        return more

    def _pull(self) -> bool:
        try:
            return self._consumer.pull()
        except ManyWaiting:
            self._load()
            return True

    def _settle(self) -> None:
        """Once nothing is waiting, look at what rests on whole histories, if rows have moved.

        What was judged stands in the database, so that a rebuild is noticed; what fails for
        another reason than a busy database is not tried again until rows move.
        """
        position, judged = self._consumer.position(), self._consumer.judged_position()
        if judged == position:
            self._tried_at = None
        elif self._tried_at != position:
            self._tried_at, self._fitted_at = position, None
            if not self._judging(self._judge):
                self._tried_at = None
            judged = self._consumer.judged_position()
        if judged == position != self._fitted_at and self._fitting(self._fit):
            self._fitted_at = position

    def _judge(self) -> None:
        try:
            self._consumer.judge()
        except OperationalError as error:
            self._tried_at = None  # a database that was busy is tried again
            get_logger().warning("judging_failed", kind=type(error).__name__)
        finally:
            give_back()

    def _fit(self) -> None:
        try:
            self._consumer.fit()
        except (FitFailed, OperationalError) as error:
            get_logger().warning("fitting_failed", kind=type(error).__name__)
        finally:
            give_back()

    def _note_trouble(self, error: Exception) -> None:
        again = isinstance(error, LoadFailed)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S) if again else PULL_EVERY_S
        kind = type(error).__name__
        if self._failing != kind:
            get_logger().warning("feed_pull_failed", kind=kind)
            self._failing = kind


def main() -> int:
    """The exit status of a worker that was told to stop."""
    configure_logs(service=SERVICE, level=os.environ.get("LOG_LEVEL", "INFO"))
    config = Config.from_env()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    consumer = create_consumer(config, feed=small_pages(config))
    get_logger().info("worker_started")
    FeedLoop(
        consumer,
        heartbeat_path=config.heartbeat_path,
        wait=stopping.wait,
        beside=Beside,
        load=LoadProcess(stopping.wait),
    ).run()
    get_logger().info("worker_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
