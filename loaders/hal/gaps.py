"""What the log of a HAL trace lacks: calls that it counts and usage of calls."""

from loaders.contract.raw_json import Pointer
from loaders.hal.usage import NO_TOKENS, Tokens

MISSING_CALLS = "calls_missing"
MISSING_USAGE = "usage_not_told"


class Gaps:
    """Counts what is missing; a note tells of each task, and of all calls at once."""

    def __init__(self, trace_number: int):
        self._trace_number = trace_number
        self._calls: list[tuple] = []
        # Of the calls whose usage is not told: the first one's pointer, and how many.
        self._first: Pointer | None = None
        self._count = 0
        self._has_usage = False

    def add_calls(self, at: Pointer, count: int, logged_count: int) -> None:
        """Note that a task made more calls than its log holds."""
        detail = f"{count:,} calls were made, of which the log holds {logged_count:,}"
        self._calls.append((at, self._trace_number, MISSING_CALLS, detail))

    def add_usage(self, at: Pointer, used: Tokens, *, is_lacking: bool) -> None:
        """Count a call of a model."""
        self._has_usage = self._has_usage or used != NO_TOKENS
        if is_lacking:
            self._first = self._first or at
            self._count += 1

    def notes(self) -> list[tuple]:
        """Return a row per task that lacks calls, and one for calls without usage.

        Where no call tells its usage, nothing is summed that could be too low.
        """
        if not (self._count and self._has_usage):
            return self._calls
        count = self._count
        what = "1 call tells" if count == 1 else f"{count:,} calls tell"
        detail = f"{what} no usage, others do"
        row = self._first, self._trace_number, MISSING_USAGE, detail
        return [*self._calls, row]
