"""METR's JSONL runs as METR writes them: every field there once, each of its type.

msgspec decodes such a line in a tenth of the time of metr_jsonl.py, which says what is
right: what is taken here, both read alike, and any other line is left to it, as
lines with the fields of METR's newer files and with a score outside 0 to 1.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Annotated

import msgspec
from msgspec import Meta

from loaders.contract import rules
from loaders.contract.arrow import ColumnBuffers
from loaders.contract.columns import RawTable
from loaders.contract.limits import MAX_TEXT_BYTES
from loaders.contract.visible import are_visible
from loaders.metr.rules import MAX_MILLIS
from loaders.metr.tables import METR_HORIZON_RUNS

_Millis = Annotated[int, Meta(ge=-MAX_MILLIS, le=MAX_MILLIS)]


class _Run(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A run in the order of the table, its numbers in range."""

    # METR numbers its human runs.
    run_id: str | Annotated[int, Meta(ge=-(2**62), le=2**62)]
    task_id: str
    task_family: str
    alias: str
    model: str
    score: Annotated[float, Meta(ge=0, le=1)]
    score_binarized: Annotated[int, Meta(ge=0, le=1)]
    human_minutes: Annotated[float, Meta(gt=0, le=rules.MAX_MINUTES)]
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


_decode = msgspec.json.Decoder(_Run).decode
_FIELD_COUNT = len(_Run.__struct_fields__)
# The columns of fields that only newer files have, and `extra`.
_NULL_COUNT = len(METR_HORIZON_RUNS.columns) - 1 - _FIELD_COUNT
# Of the fields behind run_id, the names; they are text in every line.
_NAME_COUNT = len(("task_id", "task_family", "alias", "model"))
_ID_COUNT = len(("task_id", "task_family"))
# A longer id may have too many bytes.
_LONG = MAX_TEXT_BYTES // 4
# Where the fields stand that are text or null.
_OPTIONAL_TEXTS = [
    _Run.__struct_fields__.index(name) for name in ("human_source", "fatal_error_from")
]


def typed_columns(
    table: RawTable, block: bytes, first_line: int
) -> tuple[ColumnBuffers | None, list[tuple[int, bytes]]]:
    """Return the runs of a block's regular lines, and its other lines, numbered."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    runs, is_regular = _decoded(lines)
    numbers: Sequence[int] = range(first_line, first_line + len(lines))
    others = []
    values = _transposed(runs) if is_regular else None
    if values is None or block.count(b'"') != _quote_count(values):
        regular = []
        for number, line, run in zip(numbers, lines, runs, strict=True):
            if _stands_once(line, run):
                regular.append((number, run))
            else:
                others.append((number, line))
        if not regular:
            return None, others
        numbers, runs = zip(*regular, strict=True)
        values = _transposed(runs)
    run_ids, *columns = values
    run_ids = list(map(str, run_ids))
    names = [set(names) for names in columns[:_NAME_COUNT]]
    ids = chain(run_ids, *names[:_ID_COUNT])
    every_name = [*run_ids, *chain(*names)]
    if (
        max(map(len, ids)) > _LONG
        or not are_visible(every_name)
        or not _are_canonical(every_name)
    ):
        return None, list(enumerate(lines, first_line))
    nulls = [[None] * len(run_ids)] * _NULL_COUNT
    rows = (numbers, run_ids, *columns, *nulls)
    return ColumnBuffers.of(table.types.values(), rows, [run_ids]), others


def _are_canonical(names: list[str]) -> bool:
    """Say whether names are in their one form; nearly all are plain ASCII."""
    if "".join(names).isascii():
        return list(map(str.strip, names)) == names
    return list(map(rules.canonical, names)) == names


def _decoded(lines: Sequence[bytes]) -> tuple[list[_Run | None], bool]:
    """Return the run of each line, None for one that is not regular; if all are."""
    runs: list[_Run | None] = []
    rest = iter(lines)
    is_regular = True
    while len(runs) < len(lines):
        try:
            runs.extend(map(_decode, rest))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            runs.append(None)
            is_regular = False
    return runs, is_regular


def _transposed(runs: Iterable[_Run]) -> list[tuple]:
    """Return the values of each field of runs."""
    return list(zip(*map(msgspec.structs.astuple, runs), strict=True))


def _quote_count(values: Sequence[tuple]) -> int:
    """Return how many quotation marks their lines have, if no field stands there twice.

    msgspec takes the last of them. Another one, or a mark inside of a text, is one more.
    """
    run_count = len(values[0])
    text_count = list(map(type, values[0])).count(str)
    for column in [values[at] for at in _OPTIONAL_TEXTS]:
        text_count += run_count - column.count(None)
    return 2 * (run_count * (_FIELD_COUNT + _NAME_COUNT) + text_count)


def _stands_once(line: bytes, run: _Run | None) -> bool:
    """Say whether a line is regular and no field stands there twice."""
    return run is not None and line.count(b'"') == _quote_count(_transposed([run]))
