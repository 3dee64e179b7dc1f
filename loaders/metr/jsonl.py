"""METR's time-horizon file `runs.jsonl`: one run as a JSON object in each line."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from loaders.contract import json_lines
from loaders.contract.records import Batch
from loaders.metr.jsonl_fast import typed_columns
from loaders.metr.rules import SCORE_OUTSIDE, is_outside
from loaders.metr.tables import METR_HORIZON_RUNS, METR_NOTES

_ARRAY = re.compile(r"\s*\[\s*\{")


def fits(head: str) -> bool:
    """Say whether a line at the beginning of a file looks like a METR JSONL run.

    A broken line counts too: the reader says what is wrong with it. So does an array.
    """
    if _ARRAY.match(head):
        return '"run_id"' in head and '"task_id"' in head
    return any(
        line.lstrip().startswith("{")
        and '"run_id"' in line
        and '"task_id"' in line
        # Which tables of attempts do not have.
        and ('"alias"' in line or '"score_binarized"' in line)
        for line in head.splitlines()
    )


def read(stream: BinaryIO) -> Iterator[Batch]:
    """Yield the runs of a METR JSONL file."""
    return json_lines.read(
        stream, METR_HORIZON_RUNS, METR_NOTES, typed_columns, _oddities
    )


_SCORE = list(METR_HORIZON_RUNS.types).index("score")


def _oddities(row: tuple[Any, ...]) -> list[str]:
    """Return codes of what is odd about a run that is loaded all the same."""
    return [SCORE_OUTSIDE] if is_outside(row[_SCORE]) else []
