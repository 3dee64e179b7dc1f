"""Rules for the fields of a METR run, whichever format it comes in."""

from typing import Any

from loaders.contract import rules
from loaders.contract.records import RecordRefused

# What the views can add up without overflow, and no run comes near.
_MAX_ACTIONS = 10**9
# The year 275760; times in micro- or nanoseconds are beyond it.
MAX_MILLIS = 8_640_000_000_000_000


# Code of the warning about a score that METR's normalisation took beyond 0 or 1.
SCORE_OUTSIDE = "score_outside_0_1"


def is_outside(score: float) -> bool:
    """Say whether a score is below 0 or above 1."""
    return not 0 <= score <= 1


def run_id(name: str, value: Any) -> str:
    """Return an id as text; METR numbers its human runs."""
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_integer else rules.identifier(name, value)


def human_minutes(name: str, value: Any) -> float:
    """Return the time a skilled human needs, in minutes, above 0."""
    converted = rules.number(name, value)
    if converted <= 0:
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("human_minutes_not_positive", what)
    return rules.at_most(rules.MAX_MINUTES, name, converted)


def action_count(name: str, value: Any) -> int:
    """Return a count of actions; 3.0 is fractional, for a count is never a float."""
    rules.number(name, value)
    what = f"{name} is {rules.shown(value)}"
    if isinstance(value, float):
        raise RecordRefused("action_count_fractional", what)
    if value < 0:
        raise RecordRefused("action_count_negative", what)
    return rules.at_most(_MAX_ACTIONS, name, value)


def millis(name: str, value: Any) -> int:
    """Return a time in whole milliseconds since 1970; JSON does not tell 3.0 from 3."""
    if not rules.number(name, value).is_integer():
        raise RecordRefused("wrong_type", f"{name} is {rules.shown(value)}, a fraction")
    return rules.at_most(MAX_MILLIS, name, int(value))


def zero_or_one(name: str, value: Any) -> int:
    """Return a verdict, 0 or 1."""
    if rules.number(name, value) not in (0, 1):
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("score_binarized_invalid", what)
    return int(value)
