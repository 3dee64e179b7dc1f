"""Rows of a table as attempts, one at a time, with any value, or why a row is refused."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from loaders.contract import rules
from loaders.contract.limits import MAX_DEPTH, MAX_TEXT_BYTES
from loaders.contract.records import RecordRefused
from loaders.contract.table_options import TableOptions
from loaders.contract.visible import is_visible
from loaders.table import values
from loaders.table.mapping import Column, Mapping, Part
from loaders.table.opened import INSIDE
from loaders.table.tables import TABLE_ATTEMPTS

_READ: dict[str, Callable[..., Any]] = {
    "action_count": values.count,
    "human_minutes": values.minutes,
    "latency_seconds": values.seconds,
    "latency_ms": values.milliseconds,
    "input_tokens": values.count,
    "output_tokens": values.count,
    "cache_read_tokens": values.count,
    "total_tokens": values.count,
    "cost_usd": values.cost,
}
NUMBERS = ("score", "success", *_READ)
TEXTS = (
    "task_id",
    "agent",
    "model",
    "benchmark",
    "evaluation_id",
    "task_family",
    "scaffold",
    "reasoning_effort",
    "population",
    "attempt",
)
# Fields whose empty parts leave no slash: `sums` as well as `sums/strict`.
SKIPS_EMPTY = ("benchmark",)
# No two rows of these have one value unless their parts are the same: `1/2` and `3`
# differ from `1` and `2/3`. The others are names, which people read.
ESCAPES = ("attempt",)
# As in macros/escaped.sql.
CODES = {"%": "%25", "/": "%2F"}
_NO_NUMBER = re.compile("NaN|Inf")
# As Python and DuckDB write these numbers into JSON.
_INFINITE = ("Infinity", "-Infinity")
_DEFAULTS = {"scaffold": "unknown", "effort": "unknown", "population": "capability"}


class JsonNumber(str):
    """A JSON number as it is written: always with a point, whatever sign the table's
    texts use.
    """

    __slots__ = ()


# How json.loads reads numbers.
_AS_WRITTEN = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), JsonNumber)


class Attempts:
    """Turns the cells of rows into attempts."""

    def __init__(self, mapping: Mapping, options: TableOptions, stem: str):
        self.mapping = mapping
        self._options = options
        self._stem = stem

    def row(
        self, line: int, cells: dict[str, str | None], attributes: str | None
    ) -> tuple:
        """Return a row as an attempt; raise RecordRefused if it breaks a rule."""
        made: dict[str, Any] = dict.fromkeys(TABLE_ATTEMPTS.types)
        made |= self._texts(cells) | self._numbers(cells)
        made["line"] = line
        made["source"] = self._options.source or "table"
        verdict = made.pop("success", None)
        if "score" not in self.mapping:
            made["score"] = verdict
        if verdict in (0, 1):
            made["is_success"] = bool(verdict)
        if "latency_ms" in made:
            seconds = made.pop("latency_ms")
            if made["latency_seconds"] is None:
                made["latency_seconds"] = seconds
        made["status"] = _status(cells, made["score"])
        made["attributes"] = _finite(attributes)
        return tuple(made[name] for name in TABLE_ATTEMPTS.types)

    def _texts(self, cells: dict[str, str | None]) -> dict[str, Any]:
        """Return the names in a row, with defaults for those that it lacks."""
        made = {ours: _known(cells.get(ours)) for ours in TEXTS}
        made["effort"] = made.pop("reasoning_effort")
        made["evaluation"] = made.pop("evaluation_id") or ""
        if made["task_id"] is None:
            raise self._empty("task_id", cells)
        if made["agent"] is None:
            if made["model"] is None:
                ours = "agent" if "agent" in self.mapping else "model"
                raise self._empty(ours, cells)
            parts = (made["scaffold"], made["model"], made["effort"])
            made["agent"] = " ".join(part for part in parts if part)
        if made["attempt"] is None and "attempt" in self.mapping:
            raise self._empty("attempt", cells)
        for ours, text in made.items():
            if text and rules.is_too_long(text):
                what = f"{ours} has more than {MAX_TEXT_BYTES:,} bytes"
                raise RecordRefused("text_too_long", what)
        made["model"] = made["model"] or made["agent"]
        made["benchmark"] = made["benchmark"] or self._stem
        for name, default in _DEFAULTS.items():
            made[name] = made[name] or default
        if made["population"] not in values.POPULATIONS:
            what = f"{self._name('population')} is {rules.shown(made['population'])}"
            raise RecordRefused("unknown_population", what)
        return made

    def _numbers(self, cells: dict[str, str | None]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for ours, cell in cells.items():
            if values.is_missing(cell):
                continue
            name = self._name(ours)
            is_written = not isinstance(cell, JsonNumber)
            if not is_written and cell in _INFINITE:
                raise RecordRefused("not_finite", f"{name} is {cell}")
            decimal = self._options.decimal if is_written else None
            try:
                if ours == "started_at":
                    made[ours] = values.started_at(name, cell)
                elif ours in NUMBERS:
                    made[ours] = self._number(ours, name, cell, decimal)
            except RecordRefused as refused:
                raise _advised(ours, name, cell, refused) from None
        return made

    def _number(
        self, ours: str, name: str, cell: str, decimal: str | None
    ) -> float | None:
        if ours == "score":
            return values.score(name, cell, self._options.score_max, decimal)
        if ours == "success":
            most = None if "score" in self.mapping else self._options.score_max
            return values.verdict(name, cell, most, decimal)
        return _READ[ours](name, cell, decimal)

    def _name(self, ours: str) -> str:
        return self.mapping.written(ours)

    def _empty(self, ours: str, cells: dict[str, str | None]) -> RecordRefused:
        cell = (cells.get(ours) or "").strip()
        what = f"{self._name(ours)} is {rules.shown(cell) if cell else 'empty'}"
        return RecordRefused("empty_text", what)


def cells_of_row(text: str) -> dict[str, str | None]:
    """Return the cells of a row of CSV or Parquet, which sql.py returns as JSON.

    Raises RecordRefused if JSON in a cell contradicts itself.
    """
    cells = json.loads(text, **_AS_WRITTEN)
    for name in [name for name in cells if name.startswith(INSIDE)]:
        if told := cells.pop(name):
            _parsed(told)
    return cells


def cells_of_json(text: str, mapping: Mapping) -> dict[str, str | None]:
    """Return the cells of a JSON object, with numbers as they are written."""
    record = _parsed(text)
    if not isinstance(record, dict):
        raise RecordRefused("not_a_record", "it is not an object")
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        what = "one of its texts has half a surrogate pair"
        raise RecordRefused("invalid_json", what) from None
    return {
        ours: _joined(ours, [_part(record, part, ours) for part in parts])
        for ours, parts in mapping.parts.items()
    }


def _parsed(text: str) -> Any:
    """Return JSON with numbers as they are written; refuse duplicate fields."""
    try:
        found = json.loads(text, object_pairs_hook=_object, **_AS_WRITTEN)
    except (ValueError, RecursionError):
        raise RecordRefused("invalid_json", "it is not JSON") from None
    if rules.is_deeper(found, MAX_DEPTH):
        raise RecordRefused("too_deep", "the nesting goes on")
    return found


def _part(record: dict[str, Any], part: Part, ours: str) -> str | None:
    if not isinstance(part, Column):
        return part.text
    value: Any = record
    for name in part.path:
        if isinstance(value, list):
            # As a JSON pointer leads into a list.
            value = dict(zip(map(str, range(len(value))), value, strict=True))
        value = value.get(name) if isinstance(value, dict) else None
    if value is None or isinstance(value, str):
        return value
    if ours in TEXTS and isinstance(value, dict | list):
        kind = "a list" if isinstance(value, list) else "a mapping"
        what = f"{part} is {kind}{_field_inside(ours, str(part), value)}"
        raise RecordRefused("wrong_type", what)
    return json.dumps(value, ensure_ascii=False)


def _advised(ours: str, name: str, cell: str, refused: RecordRefused) -> RecordRefused:
    """Return a refusal of a number that says which option may help."""
    if refused.reason_code != "wrong_type":
        return refused
    inside: Any = None
    with suppress(ValueError, RecursionError):
        inside = json.loads(cell)
    advice = _field_inside(ours, name, inside)
    if not advice and ours in _READ:
        advice = f"; `--columns {ours}=` leaves the column out"
    code, what = refused.args
    return RecordRefused(code, what + advice)


def _field_inside(ours: str, name: str, value: Any) -> str:
    """Return how to name a field of an object, the first one; empty for other values."""
    first = next(iter(value), None) if isinstance(value, dict) else None
    if first and first.isdecimal():
        return "; if it holds the value of each row, pandas' orient='records' has rows"
    if not first or not first.isidentifier():
        return ""
    return f"; `--columns {ours}={name}.{first}` names a field in it"


def _finite(attributes: str | None) -> str | None:
    """Return JSON with null for NaN and infinities, which JSON does not have."""
    if attributes is None or not _NO_NUMBER.search(attributes):
        return attributes
    found = json.loads(attributes, parse_constant=lambda _name: None)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _joined(ours: str, texts: list[str | None]) -> str | None:
    if len(texts) == 1 or not any(texts):
        return texts[0]
    if ours in SKIPS_EMPTY:
        return "/".join(filter(None, texts))
    if ours in ESCAPES:
        *before, last = texts
        codes = str.maketrans(CODES)
        texts = [*((text or "").translate(codes) for text in before), last]
    return "/".join(text or "" for text in texts)


def _known(cell: str | None) -> str | None:
    """Return a name in its canonical form; None if it is missing."""
    if values.is_missing(cell) or not is_visible(cell):
        return None
    return rules.canonical(cell)


def _status(cells: dict[str, str | None], score: float | None) -> str:
    has_score = score is not None
    status = values.status(
        cells.get("status"), is_error_column=False, has_score=has_score
    )
    if status in ("scored", "unscored"):
        error = cells.get("error")
        return values.status(error, is_error_column=True, has_score=has_score)
    return status


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise rules.duplicate_field(names)
    return dict(pairs)
