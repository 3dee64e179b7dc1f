"""Rules for the fields of a METR run, whichever format it comes in."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from loaders.contract import rules
from loaders.contract.records import RecordRefused

# What the views can add up without overflow, and no run comes near.
_MAX_ACTIONS = 10**9
# Also of times in nanoseconds, so that a column holds the difference of any two. Times in
# another unit are told apart by staging, which sees start and end.
MAX_MILLIS = 4 * 10**18
_EPOCH, _MILLI = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)

# Code of the warning about a score that METR's normalisation took beyond 0 or 1.
SCORE_OUTSIDE = "score_outside_0_1"


def is_outside(score: float) -> bool:
    """Say whether a score is below 0 or above 1."""
    return not 0 <= score <= 1


def human_minutes(name: str, value: Any) -> float:
    """Return the time a skilled human needs, in minutes, above 0."""
    converted = rules.number(name, value)
    if converted <= 0:
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("human_minutes_not_positive", what)
    return rules.at_most(rules.MAX_MINUTES, name, converted)


def action_count(name: str, value: Any) -> int:
    """Return a count of actions; 3.0 is fractional, because a count is never a float."""
    rules.number(name, value)
    what = f"{name} is {rules.shown(value)}"
    if isinstance(value, float):
        raise RecordRefused("action_count_fractional", what)
    if value < 0:
        raise RecordRefused("action_count_negative", what)
    return rules.at_most(_MAX_ACTIONS, name, value)


def millis(name: str, value: Any) -> int:
    """Return a time in whole milliseconds since 1970, also from a fraction or ISO text."""
    if isinstance(value, str):
        try:
            time = rules.iso_datetime(value)
        except ValueError:
            what = f"{name} is {rules.shown(value)}"
            raise RecordRefused("not_a_time", what) from None
        since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH
        return since // _MILLI
    rules.number(name, value)
    return rules.at_most(MAX_MILLIS, name, math.floor(value))


def zero_or_one(name: str, value: Any) -> int:
    """Return a verdict, 0 or 1."""
    if rules.number(name, value) not in (0, 1):
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("score_binarized_invalid", what)
    return int(value)
