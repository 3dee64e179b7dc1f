"""Gaps in the log of a HAL trace: missing calls, calls without usage, and calls that
may be logged twice.
"""

from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter

from loaders.contract.raw_json import Pointer
from loaders.hal.usage import NO_TOKENS, Tokens

MISSING_CALLS = "calls_missing"
MISSING_USAGE = "usage_missing"
NESTED_CALLS = "calls_nested"


class Gaps:
    """Counts what is missing. Each task has a warning; calls share one."""

    def __init__(self, trace_number: int):
        self._trace_number = trace_number
        self._calls: list[tuple[Pointer, int, int]] = []
        # Calls without usage: the pointer of the first, and how many.
        self._first: Pointer | None = None
        self._count = 0
        self._has_usage = False
        # In logs by task: calls with times, and those that ran inside another call with
        # the same usage.
        self._timed_count = 0
        self._nested_count = 0
        self._first_nested: Pointer | None = None
        self._untimed_count = 0
        # Calls that contain exactly one such call.
        self._wrappers: set[Pointer] = set()

    def add_calls(self, at: Pointer, count: int, logged_count: int) -> None:
        """Note that a task made more calls than are in its log."""
        self._calls.append((at, count, logged_count))

    def add_usage(self, at: Pointer, used: Tokens, *, is_lacking: bool) -> None:
        """Count a call of a model."""
        self._has_usage = self._has_usage or used != NO_TOKENS
        if is_lacking:
            self._first = self._first or at
            self._count += 1

    def add_untimed(self) -> None:
        """Note a call of a log by task without a usage or times, or a refused one."""
        self._untimed_count += 1

    def add_task(self, calls: list[tuple[Pointer, Tokens, str, str]]) -> None:
        """Count the calls of a task, given as (pointer, usage, start, end).

        A log by task does not say which call made which. A call that ran inside another
        with the same usage was probably wrapped by it.
        """
        self._timed_count += len(calls)
        latest: dict[Tokens, str] = {}
        # By usage: end and pointer of the calls in which none was found, by their end.
        alone: dict[Tokens, list[tuple[str, Pointer]]] = {}
        calls.sort(key=lambda call: call[3], reverse=True)
        for at, used, _, ended_at in sorted(calls, key=lambda call: call[2]):
            if ended_at <= latest.get(used, ""):
                self._nested_count += 1
                self._first_nested = self._first_nested or at
            else:
                latest[used] = ended_at
            around = alone.setdefault(used, [])
            place = bisect_left(around, ended_at, key=itemgetter(0))
            if place < len(around):
                self._wrappers.add(around.pop(place)[1])
            else:
                around.append((ended_at, at))

    def wrappers(self) -> set[Pointer]:
        """Return the calls that repeat another one, where every call is of such a pair.

        Then a library logged each call, and so did the one that it is made with. Only
        some such calls may be chance, as when equal questions are asked at once.
        """
        is_each = self._timed_count and len(self._wrappers) * 2 == self._timed_count
        return self._wrappers if is_each and not self._untimed_count else set()

    def warnings(self) -> Iterator[tuple]:
        """Yield a row per task with missing calls, and one for each kind of call.

        If no call has a usage, no sum can be too low. A few calls may run inside others
        with the same usage by chance.
        """
        for at, made, logged in self._calls:
            what = "1 call was made" if made == 1 else f"{made:,} calls were made"
            detail = f"{what}, but the log has {logged:,}"
            yield at, self._trace_number, MISSING_CALLS, detail
        if self._count and self._has_usage:
            count = self._count
            what = "1 call has" if count == 1 else f"{count:,} calls have"
            detail = f"{what} no usage, others have"
            yield self._first, self._trace_number, MISSING_USAGE, detail
        if self._nested_count and self._nested_count * 2 >= self._timed_count:
            detail = (
                f"{self._nested_count:,} of {self._timed_count:,} calls ran inside "
                "another one with the same usage"
            )
            if self.wrappers():
                detail += "; of each two one is counted"
            yield self._first_nested, self._trace_number, NESTED_CALLS, detail
