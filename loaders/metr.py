"""What a METR run must hold, whichever format it comes in.

Each rule takes a field's name and value and returns the value to store, or raises
RecordRefused. Values are Python's: None, bool, int, float, str, list, dict.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from loaders.records import Batch, RecordRefused
from loaders.tables import METR_NOTES

Rule = Callable[[str, Any], Any]

# What the views can add up without overflow, and no run comes near.
_MAX_ACTIONS = 10**9
MAX_MINUTES = 10**9  # 1,900 years
MAX_SECONDS = MAX_MINUTES * 60
MAX_USD = 10**9
# The year 275760; times in micro- or nanoseconds lie beyond it.
MAX_MILLIS = 8_640_000_000_000_000

_NOTED = {
    "byte_order_mark": "the byte order mark was passed over",
    "lone_surrogate": "half a surrogate pair was read as U+FFFD",
    "no_last_newline": (
        "the last line does not end, so check that its value is not cut short"
    ),
    "not_finite": "NaN, infinity or a number beyond every double was read as null",
}


class Notes:
    """What is odd about a file and loaded all the same, each kind with its count."""

    def __init__(self) -> None:
        self._first_lines: dict[str, int] = {}
        self._last_lines: dict[str, int] = {}
        self._counts: Counter[str] = Counter()

    def add(self, code: str, line: int) -> None:
        """Note that the record in a line, or the file, is odd.

        A line before the last one noted is being read a second time.
        """
        if line > self._last_lines.get(code, 0):
            self._first_lines.setdefault(code, line)
            self._last_lines[code] = line
            self._counts[code] += 1

    def batches(self, byte_offset: int) -> Iterator[Batch]:
        """Yield the rows of the notes, if there are any."""
        rows = []
        for code, line in self._first_lines.items():
            count = self._counts[code]
            times = f", {count:,} times" if count > 1 else ""
            rows.append((line, code, _NOTED[code] + times))
        if rows:
            yield Batch(METR_NOTES, rows, [], byte_offset)


def required(fields: dict[str, Any], name: str, rule: Rule) -> Any:
    """Take `name` out of `fields` and return it by `rule`; it must be there."""
    if name not in fields:
        raise RecordRefused("missing_field", f"{name} is missing")
    value = fields.pop(name)
    if value is None:
        raise RecordRefused("null_field", f"{name} is null")
    return rule(name, value)


def optional(fields: dict[str, Any], name: str, rule: Rule) -> Any:
    """Take `name` out of `fields` and return it by `rule`, or None."""
    value = fields.pop(name, None)
    return None if value is None else rule(name, value)


def text(name: str, value: Any) -> str:
    """Return text, as written."""
    if not isinstance(value, str):
        raise _wrong_type(name, value)
    return value


def identifier(name: str, value: Any) -> str:
    """Return an id or a name, as written; it is not empty."""
    if not text(name, value).strip():
        raise RecordRefused("empty_text", f"{name} is empty")
    return value


def number(name: str, value: Any) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_type(name, value)
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise RecordRefused("not_finite", f"{name} is {shown(value)}")
    return converted


def score(name: str, value: Any) -> float:
    """Return a score, 0 to 1."""
    converted = number(name, value)
    if not 0 <= converted <= 1:
        raise RecordRefused("score_out_of_range", f"{name} is {shown(value)}")
    return converted


def human_minutes(name: str, value: Any) -> float:
    """Return the time a skilled human needs, in minutes, above 0."""
    converted = number(name, value)
    if converted <= 0:
        raise RecordRefused("human_minutes_not_positive", f"{name} is {shown(value)}")
    return at_most(MAX_MINUTES, name, converted)


def action_count(name: str, value: Any) -> int:
    """Return a count of actions; 3.0 is fractional, for a count is never a float."""
    number(name, value)
    if isinstance(value, float):
        raise RecordRefused("action_count_fractional", f"{name} is {shown(value)}")
    if value < 0:
        raise RecordRefused("action_count_negative", f"{name} is {shown(value)}")
    return at_most(_MAX_ACTIONS, name, value)


def millis(name: str, value: int) -> int:
    """Return a time in milliseconds since 1970."""
    return at_most(MAX_MILLIS, name, value)


def at_most(limit: int, name: str, value: float) -> int | float:
    """Return a number whose size is at most `limit`."""
    if abs(value) > limit:
        raise RecordRefused("value_too_large", f"{name} is {shown(value)}")
    return value


def extra(fields: dict[str, Any]) -> str | None:
    """Return the fields that no column takes as JSON text, None if there are none."""
    return json.dumps(fields, ensure_ascii=False, allow_nan=False) if fields else None


def is_finite(value: Any) -> bool:
    """Say whether all numbers in a value are finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return True
    return all(map(is_finite, value))


def made_finite(value: Any) -> Any:
    """Return a value with null for each number in it that is not finite."""
    if isinstance(value, dict):
        return {name: made_finite(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [made_finite(inside) for inside in value]
    return value if is_finite(value) else None


def duplicate_field(names: Iterable[str]) -> RecordRefused:
    """Return the refusal of a record in which one of `names` stands twice."""
    twice = next(name for name, count in Counter(names).items() if count > 1)
    return RecordRefused("duplicate_field", f"{shown(twice)} stands twice")


def shown(value: Any) -> str:
    """Return a value as a message shows it: one line, at most 60 characters."""
    whole = repr(value)
    return whole if len(whole) <= 60 else f"{whole[:59]}…"


def _wrong_type(name: str, value: Any) -> RecordRefused:
    kind = {str: "the text", bool: "the boolean", list: "a list", dict: "a mapping"}
    word = kind.get(type(value), "the number")
    tail = "" if isinstance(value, list | dict) else f" {shown(value)}"
    return RecordRefused("wrong_type", f"{name} is {word}{tail}")
