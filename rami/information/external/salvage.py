"""What a source still gives that refuses a span as a whole, e.g. for one gap in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid

#: how often a source is asked for pieces of one series
ASKED = 40


def salvaged(
    read: Callable[[TimeGrid], Frame], grid: TimeGrid, asked: int = ASKED
) -> list[tuple[int, Frame]]:
    """(first interval, frame) of pieces of `grid` that `read` gives, in no order.

    The span is halved where it is refused, at most `asked` readings in all; a part that is
    refused to the end, or not asked for any more, is left out.
    """
    found: list[tuple[int, Frame]] = []
    waiting = deque(_halves(0, grid.count))
    while waiting and asked:
        first, count = waiting.popleft()
        asked -= 1
        try:
            found.append((first, read(grid.part(first, count))))
        except DataError:
            waiting.extend(_halves(first, count))
    return found


def _halves(first: int, count: int) -> list[tuple[int, int]]:
    half = count // 2
    return [(first, half), (first + half, count - half)] if half else []
