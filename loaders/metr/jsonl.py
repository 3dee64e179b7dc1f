"""METR's time-horizon file `runs.jsonl`: one run as a JSON object in each line."""

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from loaders.contract import rules
from loaders.contract.limits import MAX_DEPTH, RECORD_BYTES
from loaders.contract.records import Batch, Quarantined, RecordRefused, file_refused
from loaders.contract.rules import is_deeper
from loaders.metr import rules as metr_rules
from loaders.metr.jsonl_fast import typed_columns
from loaders.metr.tables import METR_HORIZON_RUNS
from loaders.metr.warnings import Warnings

# Smaller blocks decode faster, larger ones are inserted faster.
_BLOCK_BYTES = 2_000_000

# Whatever is beyond every double has so many digits or such an exponent.
_MAY_BE_INFINITE = re.compile(r"NaN|Infinity|[0-9]{200}|[eE]\+?0*[0-9]{3}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REQUIRED = {
    "run_id",
    "task_id",
    "task_family",
    "alias",
    "model",
    "score",
    "score_binarized",
    "human_minutes",
}
# More digits than a double holds; far fewer than int() refuses.
_MOST_DIGITS = 300


def fits(head: str) -> bool:
    """Say whether a line at the beginning of a file looks like a METR JSONL run.

    A broken line counts too: the reader says what is wrong with it.
    """
    return any(
        line.lstrip().startswith("{") and '"run_id"' in line and '"task_id"' in line
        for line in head.splitlines()
    )


def read(stream: BinaryIO) -> Iterator[Batch]:
    """Yield the runs of a METR JSONL file.

    A line that breaks a rule is quarantined. Raises FileRefused when the file is not
    UTF-8 at all or holds no run.
    """
    notes = Warnings()
    first_line, is_empty = 1, True
    for block in _blocks(stream):
        if len(block) <= RECORD_BYTES:
            columns, lines = typed_columns(METR_HORIZON_RUNS, block, first_line)
        else:
            columns, lines = None, enumerate(io.BytesIO(block), first_line)
        if columns:
            yield Batch(METR_HORIZON_RUNS, columns, [], stream.tell())
        rows, quarantined = _records(lines, notes)
        if rows or quarantined:
            yield Batch(METR_HORIZON_RUNS, rows, quarantined, stream.tell())
        is_empty = is_empty and not (columns or rows or quarantined)
        first_line += block.count(b"\n") + (not block.endswith(b"\n"))
    if is_empty:
        raise file_refused("empty_file", "the file holds no run")
    yield from notes.batches(stream.tell())


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines; one that is too long comes cut, one byte over the limit."""
    while block := stream.read(_BLOCK_BYTES):
        if not block.endswith(b"\n"):
            begun = len(block) - (block.rfind(b"\n") + 1)
            block += stream.readline(max(0, RECORD_BYTES + 1 - begun))
        rest = block
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(RECORD_BYTES)
        yield block


def _records(
    lines: Iterable[tuple[int, bytes]], notes: Warnings
) -> tuple[list[tuple], list[Quarantined]]:
    """Return the rows and the quarantine entries of lines."""
    rows, quarantined = [], []
    for number, line in lines:
        if number == 1:
            line = _without_byte_order_mark(line, notes)
        if not line.strip():
            continue
        key = None
        try:
            fields, oddities = _parse(line)
            key = (rules.required(fields, "run_id", _run_id),)
            columns = _columns(fields)
            for code in oddities:
                notes.add(code, number)
            rows.append((number, *key, *columns))
        except RecordRefused as refused:
            excerpt = line[:2000].decode(errors="replace").strip()
            quarantined.append(refused.at_line(number, excerpt, key))
    return rows, quarantined


def _without_byte_order_mark(line: bytes, notes: Warnings) -> bytes:
    # UTF-16 and UTF-32 put a mark or a zero byte into the first two characters.
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in line[:4]:
        raise file_refused("wrong_encoding", "it looks like UTF-16 or UTF-32", 1)
    if line.startswith(codecs.BOM_UTF8):
        notes.add("byte_order_mark", 1)
    return line.removeprefix(codecs.BOM_UTF8)


def _parse(line: bytes) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of the run in a line, and the codes of what was put right."""
    if len(line) > RECORD_BYTES:
        raise RecordRefused("line_too_long", "the line does not end")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} of the line is not UTF-8"
        raise RecordRefused("wrong_encoding", what) from None
    fields = _loads(text)
    if is_deeper(fields, MAX_DEPTH):
        raise RecordRefused("too_deep", "the nesting goes on")
    if not isinstance(fields, dict):
        raise RecordRefused("not_a_record", f"the line is {rules.shown(fields)}")
    oddities = []
    if _SURROGATE_ESCAPE.search(text):
        # json pairs surrogates up, so those that are left stand alone.
        whole = json.dumps(fields, ensure_ascii=False)
        if _SURROGATE.search(whole):
            fields = _loads(_SURROGATE.sub("\ufffd", whole))
            oddities.append("lone_surrogate")
    if _MAY_BE_INFINITE.search(text):
        # A run without a value that every run has is refused.
        others = {name: fields[name] for name in fields.keys() - _REQUIRED}
        if not rules.is_finite(others):
            fields |= rules.made_finite(others)
            oddities.append("not_finite")
    return fields, oddities


def _loads(text: str) -> Any:
    try:
        return _DECODER.decode(text.strip())
    except json.JSONDecodeError as error:
        what = f"{error.msg} at character {error.pos + 1}"
        raise RecordRefused("invalid_json", what) from None
    except RecursionError:
        raise RecordRefused("too_deep", "the nesting goes on") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise rules.duplicate_field(name for name, _ in pairs)
    return fields


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
)


def _columns(fields: dict[str, Any]) -> tuple:
    """Return a run's values in the order of the table, from task_id on."""
    columns = (
        rules.required(fields, "task_id", rules.identifier),
        rules.required(fields, "task_family", rules.identifier),
        rules.required(fields, "alias", rules.identifier),
        rules.required(fields, "model", rules.identifier),
        rules.required(fields, "score", rules.score),
        rules.required(fields, "score_binarized", _zero_or_one),
        rules.required(fields, "human_minutes", metr_rules.human_minutes),
        rules.optional(fields, "human_score", rules.number),
        rules.optional(fields, "human_source", rules.text),
        rules.optional(fields, "time_limit", rules.number),
        rules.optional(fields, "started_at", _millis),
        rules.optional(fields, "completed_at", _millis),
        rules.optional(fields, "fatal_error_from", rules.text),
        rules.optional(fields, "dollar_equivalent", rules.number),
        rules.optional(fields, "total_tokens", rules.number),
        rules.optional(fields, "equal_task_weight", rules.number),
        rules.optional(fields, "invsqrt_task_weight", rules.number),
    )
    return *columns, rules.extra(fields)


def _run_id(name: str, value: Any) -> str:
    # METR numbers its human runs.
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_integer else rules.identifier(name, value)


def _millis(name: str, value: Any) -> int:
    """Return a whole number of milliseconds; JSON does not tell 3.0 from 3."""
    if not rules.number(name, value).is_integer():
        raise RecordRefused("wrong_type", f"{name} is {rules.shown(value)}, a fraction")
    return metr_rules.millis(name, int(value))


def _zero_or_one(name: str, value: Any) -> int:
    if rules.number(name, value) not in (0, 1):
        raise RecordRefused(
            "score_binarized_invalid", f"{name} is {rules.shown(value)}"
        )
    return int(value)
