"""METR's JSONL runs as METR writes them: every field once, with its type. msgspec
decodes such a line in a tenth of the time of jsonl.py, which defines what is right.

Lines accepted here are read alike by both; all others are left to jsonl.py, such as
lines with a score outside 0 to 1, or with fields of two releases of METR.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from loaders.contract import rules
from loaders.contract.arrow import ColumnBuffers
from loaders.contract.columns import LINE, RawTable
from loaders.contract.limits import MAX_TEXT_BYTES
from loaders.contract.visible import are_visible
from loaders.metr.tables import METR_HORIZON_RUNS

# METR numbers its human runs.
_RunId = str | Annotated[int, Meta(ge=-(2**62), le=2**62)]
_Score = Annotated[float, Meta(ge=0, le=1)]
_Verdict = Annotated[int, Meta(ge=0, le=1)]
_Minutes = Annotated[float, Meta(gt=0, le=rules.MAX_MINUTES)]
_Cost = Annotated[float, Meta(ge=0, le=rules.MAX_USD)]
# What a double holds exactly, and no time in milliseconds comes near.
_Millis = Annotated[int, Meta(ge=-(2**53), le=2**53)]
_MillisOfBoth = _Millis | Annotated[float, Meta(ge=-(2**53), le=2**53)]


class _Run(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A run of Time Horizon 1.0, its numbers in range."""

    run_id: _RunId
    task_id: str
    task_family: str
    alias: str
    model: str
    score: _Score
    score_binarized: _Verdict
    human_minutes: _Minutes
    human_score: float | None
    human_source: str | None
    time_limit: float | None
    started_at: _Millis | None
    completed_at: _Millis | None
    fatal_error_from: str | None
    dollar_equivalent: float | None
    total_tokens: float | None
    equal_task_weight: float | None
    invsqrt_task_weight: float | None


# A longer id may have too many bytes.
_LONG = MAX_TEXT_BYTES // 4


class _NewerRun(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A run of Time Horizon 1.1."""

    run_id: _RunId
    task_id: str
    task_family: str
    alias: str
    model: str
    score_cont: _Score
    score_binarized: _Verdict
    human_minutes: _Minutes
    human_score: float | None
    human_source: str | None
    time_limit: float | None
    started_at: _MillisOfBoth | None
    completed_at: _MillisOfBoth | None
    fatal_error_from: str | None
    tokens_count: float | None
    equal_task_weight: float | None
    invsqrt_task_weight: float | None
    generation_cost: _Cost | None
    human_cost: _Cost | None
    scaffold: str | None
    task_source: str | None
    task_version: str | None


# Texts in every line, besides run_id.
_NAMES = ("task_id", "task_family", "alias", "model")
# The first of them are ids.
_ID_COUNT = 2
_OPTIONAL_TEXTS = {
    *("human_source", "fatal_error_from", "scaffold", "task_source", "task_version")
}
_TIMES = ("started_at", "completed_at")
_COLUMNS = [column for column in METR_HORIZON_RUNS.columns if column is not LINE]


@dataclass(frozen=True)
class _Shape:
    """A release of METR's file: how its lines are decoded, and which columns they fill."""

    decode: Callable[[bytes], Any]
    fields: tuple[str, ...]
    # Whether times may be written as 3.0.
    has_fractions: bool

    def quote_count(self, values: Sequence[tuple]) -> int:
        """Return how many quotation marks lines have if no field is duplicated. msgspec
        would take the last duplicate.

        A duplicate, or a mark within a text, adds to the count.
        """
        run_count = len(values[0])
        text_count = list(map(type, values[0])).count(str)
        for name, column in zip(self.fields, values, strict=True):
            if name in _OPTIONAL_TEXTS:
                text_count += run_count - column.count(None)
        return 2 * (run_count * (len(self.fields) + len(_NAMES)) + text_count)

    def stands_once(self, line: bytes, run: Any) -> bool:
        """Return whether a line is regular and no field is duplicated."""
        return run is not None and line.count(b'"') == self.quote_count(
            _transposed([run])
        )

    def columns(self, values: Sequence[Sequence], count: int) -> list[Sequence]:
        """Return the columns of the table but the line, in order."""
        by_field = dict(zip(self.fields, values, strict=True))
        if self.has_fractions:
            by_field |= {name: _whole(by_field[name]) for name in _TIMES}
        nulls = [None] * count
        return [
            next((by_field[path] for path in column.paths if path in by_field), nulls)
            for column in _COLUMNS
        ]


def _shape(kind: type[msgspec.Struct], *, has_fractions: bool) -> _Shape:
    decode = msgspec.json.Decoder(kind).decode
    return _Shape(decode, kind.__struct_fields__, has_fractions)


_SHAPE = _shape(_Run, has_fractions=False)
_NEWER_SHAPE = _shape(_NewerRun, has_fractions=True)


def typed_columns(
    table: RawTable, block: bytes, first_line: int
) -> tuple[ColumnBuffers | None, list[tuple[int, bytes]]]:
    """Return the runs of a block's regular lines, and its other lines, numbered."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    shape = _NEWER_SHAPE if b'"score_cont"' in lines[0] else _SHAPE
    runs, is_regular = _decoded(lines, shape)
    numbers: Sequence[int] = range(first_line, first_line + len(lines))
    others = []
    values = _transposed(runs) if is_regular else None
    if values is None or block.count(b'"') != shape.quote_count(values):
        regular = []
        for number, line, run in zip(numbers, lines, runs, strict=True):
            if shape.stands_once(line, run):
                regular.append((number, run))
            else:
                others.append((number, line))
        if not regular:
            return None, others
        numbers, runs = zip(*regular, strict=True)
        values = _transposed(runs)
    run_ids = list(map(str, values[0]))
    names = [set(each) for each in values[1 : 1 + len(_NAMES)]]
    ids = chain(run_ids, *names[:_ID_COUNT])
    every_name = [*run_ids, *chain(*names)]
    if (
        max(map(len, ids)) > _LONG
        or not are_visible(every_name)
        or not _are_canonical(every_name)
    ):
        return None, list(enumerate(lines, first_line))
    columns = shape.columns([run_ids, *values[1:]], len(run_ids))
    rows = (numbers, *columns)
    return ColumnBuffers.of(table.types.values(), rows, [run_ids]), others


def _are_canonical(names: list[str]) -> bool:
    """Return whether names are normalised; nearly all are plain ASCII."""
    if "".join(names).isascii():
        return list(map(str.strip, names)) == names
    return list(map(rules.canonical, names)) == names


def _decoded(lines: Sequence[bytes], shape: _Shape) -> tuple[list[Any], bool]:
    """Return the run of each line, None for one that is not regular; if all are."""
    runs: list[Any] = []
    rest = iter(lines)
    is_regular = True
    while len(runs) < len(lines):
        try:
            runs.extend(map(shape.decode, rest))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            runs.append(None)
            is_regular = False
    return runs, is_regular


def _transposed(runs: Iterable[Any]) -> list[tuple]:
    """Return the values of each field of runs."""
    return list(zip(*map(msgspec.structs.astuple, runs), strict=True))


def _whole(times: Sequence[float | None]) -> list[int | None]:
    """Return times in whole milliseconds, as rules.millis does."""
    return [None if time is None else int(time // 1) for time in times]
