"""Rules for the fields of a METR run, whichever format it comes in."""

from typing import Any

from loaders.contract import rules
from loaders.contract.records import RecordRefused

# What the views can add up without overflow, and no run comes near.
_MAX_ACTIONS = 10**9
# The year 275760; times in micro- or nanoseconds lie beyond it.
MAX_MILLIS = 8_640_000_000_000_000


def human_minutes(name: str, value: Any) -> float:
    """Return the time a skilled human needs, in minutes, above 0."""
    converted = rules.number(name, value)
    if converted <= 0:
        raise RecordRefused(
            "human_minutes_not_positive", f"{name} is {rules.shown(value)}"
        )
    return rules.at_most(rules.MAX_MINUTES, name, converted)


def action_count(name: str, value: Any) -> int:
    """Return a count of actions; 3.0 is fractional, for a count is never a float."""
    rules.number(name, value)
    if isinstance(value, float):
        raise RecordRefused(
            "action_count_fractional", f"{name} is {rules.shown(value)}"
        )
    if value < 0:
        raise RecordRefused("action_count_negative", f"{name} is {rules.shown(value)}")
    return rules.at_most(_MAX_ACTIONS, name, value)


def millis(name: str, value: int) -> int:
    """Return a time in milliseconds since 1970."""
    return rules.at_most(MAX_MILLIS, name, value)
