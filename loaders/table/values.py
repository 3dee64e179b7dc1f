"""Values as tables have them: text, read as written or refused, never guessed."""

import re
from datetime import UTC, datetime

from loaders.contract import rules
from loaders.contract.records import RecordRefused

# What data frames and spreadsheets write where there is no value.
_MISSING = {"", "na", "n/a", "nan", "none", "null", "<na>", "nat"}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": 1.0, "false": 0.0}
_ERRORS = {"error", "errored", "exception", "crashed"}


def is_missing(text: str | None) -> bool:
    """Say whether a cell holds no value."""
    return text is None or text.strip().lower() in _MISSING


def number(name: str, text: str) -> float:
    """Return a number written with digits, a point and an exponent at most."""
    if not _NUMBER.fullmatch(text.strip()):
        what = f"{name} is the text {rules.shown(text)}, not a number with a point"
        raise RecordRefused("wrong_type", what)
    return rules.number(name, float(text))


def score(name: str, text: str, score_max: float | None = None) -> float:
    """Return a score or a boolean as 0 to 1.

    Refuses a percentage where nobody said that it is out of 100.
    """
    written = text.strip()
    if written.lower() in _BOOLEANS:
        return _BOOLEANS[written.lower()]
    if written.endswith("%"):
        if score_max != 100:
            what = f"{name} is {rules.shown(text)} without --score-max 100"
            raise RecordRefused("score_out_of_range", what)
        written = written[:-1]
    value = number(name, written)
    return rules.score(name, value / score_max if score_max else value)


def count(name: str, text: str) -> int | None:
    return rules.count(name, number(name, text))


def seconds(name: str, text: str) -> float | None:
    return rules.seconds(name, number(name, text))


def cost(name: str, text: str) -> float:
    return rules.cost(name, number(name, text))


def minutes(name: str, text: str) -> float:
    value = number(name, text)
    if value <= 0:
        what = f"{name} is {rules.shown(text)}"
        raise RecordRefused("human_minutes_not_positive", what)
    return rules.at_most(rules.MAX_MINUTES, name, value)


def started_at(name: str, text: str) -> str:
    """Return a date or time by ISO 8601 in UTC; without an offset it is UTC."""
    try:
        # Digits alone may be seconds, milliseconds or days.
        if text.strip().isdigit():
            raise ValueError
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        what = f"{name} is {rules.shown(text)}, not a time such as 2025-04-23T10:00:00Z"
        raise RecordRefused("wrong_type", what) from None
    return moment.isoformat(sep=" ")


def status(text: str | None, *, is_error_column: bool, has_score: bool) -> str:
    """Return how an attempt ended, by its status or its error message."""
    words = "" if is_missing(text) else text.strip().lower()
    if is_error_column and words in ("false", "0"):
        words = ""
    if "timeout" in words or "timed out" in words:
        return "timeout"
    if "limit" in words:
        return "limit"
    if words in _ERRORS or (is_error_column and words and not has_score):
        return "error"
    return "scored" if has_score else "unscored"
