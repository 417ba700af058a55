"""Work for several threads, for who asks a model that answers many at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def abreast(
    work: Callable[[Item], Result], items: Iterable[Item], at_once: int
) -> Iterator[Result]:
    """`work` of each item, in their order, `at_once` of them at a time.

    Items are taken as they are needed, by the caller's thread, a few ahead. What `work` raises
    comes where its result would have come; work that has begun is ended, no other is begun.
    """
    if at_once == 1:
        yield from map(work, items)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) == 2 * at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
