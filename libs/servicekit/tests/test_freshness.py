"""Waiting for a read model ends when it knows enough, when time is up, or when seats are taken."""

from servicekit.freshness import MAX_WAITERS, Freshness


class ReadModel:
    """Comes some changes further with every look; time stands still but for sleeps."""

    def __init__(self, seq: int, *, step: int) -> None:
        self.seq = seq
        self.step = step
        self.now = 0.0

    def current_seq(self) -> int:
        self.seq += self.step
        return self.seq

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def freshness(self) -> Freshness:
        return Freshness(self.current_seq, wait_s=5.0, monotonic=self.monotonic, sleep=self.sleep)


def test_who_asks_for_nothing_does_not_wait() -> None:
    model = ReadModel(3, step=0)

    model.freshness().wait_for(None)

    assert model.now == 0


def test_an_answer_comes_as_soon_as_the_change_is_known() -> None:
    model = ReadModel(0, step=1)

    model.freshness().wait_for(10)

    assert model.seq == 10
    assert 0 < model.now < 1


def test_waiting_ends_with_what_there_is() -> None:
    model = ReadModel(7, step=0)

    model.freshness().wait_for(10)

    assert 5.0 <= model.now < 5.1


def test_when_all_seats_are_taken_the_answer_comes_at_once() -> None:
    model = ReadModel(7, step=0)
    crowded = model.freshness()
    for _ in range(MAX_WAITERS):
        crowded._seats.acquire()

    crowded.wait_for(10)

    assert model.now == 0
