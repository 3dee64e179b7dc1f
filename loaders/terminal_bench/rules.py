"""Rules for the fields of Terminal-Bench files."""

import re
from datetime import UTC, datetime
from typing import Any

from loaders.contract import rules
from loaders.contract.extract import as_json
from loaders.contract.records import RecordRefused

_RUN_OF_TRIAL = re.compile(r"\.[0-9]+-of-[0-9]+\.(?P<run_id>.+)", re.DOTALL)


def boolean(name: str, value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("wrong_type", what)
    return value


def json_text(_name: str, value: Any) -> str | None:
    """Return an object or a list as JSON text, null where it is empty."""
    return as_json(value)


def time(name: str, value: Any) -> str:
    """Return a time, as written in ISO 8601."""
    _moment(name, value)
    return value


def seconds_between(start: str | None, end: str | None) -> float | None:
    """Return the seconds from one time to another; negative where a clock went back."""
    if start is None or end is None:
        return None
    return (_moment("end", end) - _moment("start", start)).total_seconds()


def run_id_of(trial_name: str | None) -> str | None:
    """Return the run in a name such as `hello-world.1-of-5.my-run`."""
    found = _RUN_OF_TRIAL.search(trial_name or "")
    return found["run_id"] if found else None


def _moment(name: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(rules.text(name, value))
    except ValueError:
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("not_a_time", what) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
