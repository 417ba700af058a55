"""Several threads, and results in order."""

import threading

import pytest

from qvl.tasks.abreast import abreast


def test_four_are_at_work_together_and_come_in_order():
    meet = threading.Barrier(4, timeout=30)

    def work(item: int) -> int:
        meet.wait()
        return item * item

    assert list(abreast(work, range(16), 4)) == [n * n for n in range(16)]


def test_items_are_taken_a_few_ahead_only():
    taken = []

    def items():
        for n in range(100):
            taken.append(n)
            yield n

    results = abreast(lambda n: n, items(), 3)
    assert next(results) == 0 and len(taken) == 6
    results.close()
    assert len(taken) == 6


@pytest.mark.parametrize("at_once", [1, 3])
def test_what_goes_wrong_comes_in_its_place(at_once):
    results = abreast(lambda n: 6 // n, [3, 2, 0, 1], at_once)
    assert next(results) == 2 and next(results) == 3
    with pytest.raises(ZeroDivisionError):
        next(results)
