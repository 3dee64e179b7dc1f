"""Rules for the fields of Inspect logs, and for their tokens."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw, Struct

from loaders.contract import rules
from loaders.contract.raw_json import Key
from loaders.contract.records import RecordRefused
from loaders.inspect.documents import Number, number

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
    """A record is refused because of the field at a path in it."""

    def __init__(self, path: str, refused: RecordRefused):
        what = refused.detail.partition("; ")[0]
        super().__init__(refused.reason_code, what)
        self.path = path


_FIELD_NAMES: list[str] = []
_FIELDS = msgspec.json.Decoder(
    dict[Key, Raw], dec_hook=lambda _type, name: _FIELD_NAMES.append(name) or Key(name)
)
_LIST = msgspec.json.Decoder(list[Raw])
_OBJECT = re.compile(rb"[{]")


def check_once(
    raw: Raw,
    levels: int,
    path: str = "",
    but: Collection[str] = (),
    within: Collection[str] | None = None,
) -> None:
    """Raise At if a field is duplicated in a document, `levels` deep.

    Top-level fields in `but` are skipped; with `within` only that one is checked.
    """
    if memoryview(raw)[:1] == b"[":
        if not _OBJECT.search(raw):
            return
        pieces = [(str(at), piece) for at, piece in enumerate(_LIST.decode(raw))]
    else:
        _FIELD_NAMES.clear()
        pieces = [(str(name), piece) for name, piece in _FIELDS.decode(raw).items()]
        if len(set(_FIELD_NAMES)) < len(_FIELD_NAMES):
            raise At(path, rules.duplicate_field(_FIELD_NAMES))
    if levels == 1:
        return
    for name, piece in pieces:
        if name in but or (within is not None and name not in within):
            continue
        if memoryview(piece)[:1] in (b"{", b"["):
            inside = f"{path}/{token(name)}" if path else token(name)
            check_once(piece, levels - 1, inside)


def checked(rule: rules.Rule, name: str, value: Any) -> Any:
    """Return a value by a rule, None for none; or raise At with the field's name."""
    if value is None:
        return None
    try:
        return rule(name, number(value))
    except RecordRefused as refused:
        raise At(name, refused) from None


def count(name: str, value: Any) -> int | None:
    """Return a count, fast, since there are many and nearly all are valid."""
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
    """Return a name escaped for a JSON pointer."""
    return text.replace("~", "~0").replace("/", "~1")
