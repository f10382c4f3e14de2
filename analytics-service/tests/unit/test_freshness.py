from analytics_service.domain.figures import FeedState
from analytics_service.domain.ports import Snapshot
from analytics_service.usecases.freshness import MAX_WAITERS, Freshness


class Model:
    """A read model that comes one change further with every look."""

    def __init__(self, seq: int, *, step: int = 1) -> None:
        self.seq = seq
        self.step = step

    def feed_state(self) -> FeedState:
        self.seq += self.step
        return FeedState(epoch="e", seq=self.seq, pulled_at=0, behind=False)

    def snapshot(self) -> "Snapshot":
        raise NotImplementedError


class Time:
    """Stands still but for sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps = 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps += 1


def freshness(model: Model, time: Time) -> Freshness:
    return Freshness(model, wait_s=5.0, monotonic=time.monotonic, sleep=time.sleep)  # type: ignore[arg-type]


def test_who_asks_for_nothing_does_not_wait() -> None:
    time = Time()

    assert freshness(Model(3), time).wait_for(None).seq == 4
    assert time.sleeps == 0


def test_an_answer_comes_as_soon_as_the_change_is_known() -> None:
    time = Time()

    assert freshness(Model(0), time).wait_for(10).seq == 10
    assert 0 < time.now < 1


def test_waiting_ends_with_what_there_is() -> None:
    time = Time()

    assert freshness(Model(7, step=0), time).wait_for(10).seq == 7
    assert 5.0 <= time.now < 5.1


def test_when_all_seats_are_taken_the_answer_comes_at_once() -> None:
    time = Time()
    crowded = freshness(Model(7, step=0), time)
    for _ in range(MAX_WAITERS):
        crowded._seats.acquire()

    assert crowded.wait_for(10).seq == 7
    assert time.sleeps == 0
