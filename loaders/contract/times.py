"""Times as ISO 8601 writes them; one without a zone is in UTC."""

from datetime import UTC, datetime
from typing import Any

from loaders.contract import rules
from loaders.contract.records import RecordRefused


def time(name: str, value: Any) -> str:
    """Return a time in ISO 8601."""
    _moment(name, value)
    return rules.iso_time(value)


def seconds_between(start: str | None, end: str | None) -> float | None:
    """Return the seconds from one time to another; negative if a clock went back."""
    if start is None or end is None:
        return None
    return (_moment("end", end) - _moment("start", start)).total_seconds()


def _moment(name: str, value: Any) -> datetime:
    try:
        moment = rules.iso_datetime(rules.text(name, value))
    except ValueError:
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("not_a_time", what) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
