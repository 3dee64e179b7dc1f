"""Rules for the fields of Inspect logs, and how their tokens are written."""

import re
from datetime import datetime
from typing import Any

from msgspec import Struct

from loaders.contract import rules
from loaders.contract.records import RecordRefused
from loaders.inspect.documents import Number, number

# A key, an id or a name is at most so long.
MAX_TEXT_BYTES = 1000
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
USAGE_COUNTS = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "input_tokens_cache_read",
    "input_tokens_cache_write",
    "reasoning_tokens",
)


class Usage(Struct, gc=False):
    """The tokens of one model or role."""

    input_tokens: Number = None
    output_tokens: Number = None
    total_tokens: Number = None
    input_tokens_cache_read: Number = None
    input_tokens_cache_write: Number = None
    reasoning_tokens: Number = None
    total_cost: Number = None


class At(RecordRefused):
    """A record is refused for the field at a path inside it."""

    def __init__(self, path: str, refused: RecordRefused):
        what = refused.detail.partition("; ")[0]
        super().__init__(refused.reason_code, what)
        self.path = path


def checked(rule: rules.Rule, name: str, value: Any) -> Any:
    """Return a value by a rule, None for none; or raise At with the field's name."""
    if value is None:
        return None
    try:
        return rule(name, number(value))
    except RecordRefused as refused:
        raise At(name, refused) from None


def count(name: str, value: Any) -> int | None:
    """Return a count; there are many, nearly all of them good."""
    if value is None or (type(value) is int and 0 <= value <= rules.MAX_COUNT):
        return value
    return checked(rules.count, name, value)


def usage_row(usage: Usage, path: str) -> tuple:
    """Return the counts of a usage and its cost, or raise At."""
    try:
        counts = [count(name, getattr(usage, name)) for name in USAGE_COUNTS]
        return *counts, checked(rules.cost, "total_cost", usage.total_cost)
    except At as refused:
        raise At(f"{path}/{refused.path}", refused) from None


def short_text(name: str, value: Any) -> str:
    """Return a name or an id, as written; it is neither empty nor huge."""
    rules.identifier(name, value)
    if len(value.encode(errors="replace")) > MAX_TEXT_BYTES:
        what = f"{name} is longer than {MAX_TEXT_BYTES:,} bytes"
        raise RecordRefused("text_too_long", what)
    return value


def time(name: str, value: Any) -> str:
    """Return a time, as written in ISO 8601."""
    try:
        if not _TIME.fullmatch(rules.text(name, value)):
            raise ValueError
        datetime.fromisoformat(value)
    except ValueError:
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("not_a_time", what) from None
    return value


def token(text: str) -> str:
    """Return a name as a JSON pointer has it."""
    return text.replace("~", "~0").replace("/", "~1")
