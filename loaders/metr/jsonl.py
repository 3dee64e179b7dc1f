"""METR's time-horizon file `runs.jsonl`: one run as a JSON object in each line."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from loaders.contract import json_lines
from loaders.contract.limits import RECORD_BYTES
from loaders.contract.records import Batch, Quarantined, file_refused
from loaders.contract.warnings import Warnings
from loaders.metr.jsonl_fast import typed_columns
from loaders.metr.tables import METR_HORIZON_RUNS, METR_NOTES


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
    warnings = Warnings(METR_NOTES)
    first_line, is_empty = 1, True
    for block in json_lines.blocks(stream):
        if len(block) <= RECORD_BYTES:
            columns, lines = typed_columns(METR_HORIZON_RUNS, block, first_line)
        else:
            columns, lines = None, enumerate(io.BytesIO(block), first_line)
        if columns:
            yield Batch(METR_HORIZON_RUNS, columns, [], stream.tell())
        rows, quarantined = [], []
        for record in json_lines.records(METR_HORIZON_RUNS, lines, warnings):
            (quarantined if isinstance(record, Quarantined) else rows).append(record)
        if rows or quarantined:
            yield Batch(METR_HORIZON_RUNS, rows, quarantined, stream.tell())
        is_empty = is_empty and not (columns or rows or quarantined)
        first_line += block.count(b"\n") + (not block.endswith(b"\n"))
    if is_empty:
        raise file_refused("empty_file", "the file holds no run")
    yield from warnings.batches(stream.tell())
