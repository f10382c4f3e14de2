from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ingest_service.domain.reading.ahead import ahead


def test_the_items_come_in_order_from_another_thread() -> None:
    makers = []

    def numbers() -> Iterator[int]:
        for number in range(5):
            makers.append(threading.current_thread())
            yield number

    assert list(ahead(numbers())) == [0, 1, 2, 3, 4]
    assert threading.main_thread() not in makers


def test_the_next_item_is_made_while_this_one_is_used() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        made.set()
        yield 1

    taken = ahead(items())

    assert next(taken) == 0
    assert made.wait(30)
    assert list(taken) == [1]


def test_a_fault_of_the_source_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 0
        raise LookupError("torn")

    taken = ahead(items())

    assert next(taken) == 0
    with pytest.raises(LookupError, match="torn"):
        next(taken)


def test_who_stops_early_leaves_no_thread_behind() -> None:
    taken = ahead(iter(range(1000)))
    next(taken)

    taken.close()

    assert not [t for t in threading.enumerate() if t.name.startswith("ahead")]
