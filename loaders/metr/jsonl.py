"""METR's time-horizon file `runs.jsonl`: one run as a JSON object in each line."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from loaders.contract import json_lines
from loaders.contract.records import Batch
from loaders.metr.jsonl_fast import typed_columns
from loaders.metr.rules import SCORE_OUTSIDE, is_outside
from loaders.metr.tables import METR_HORIZON_RUNS, METR_WARNINGS

_ARRAY = re.compile(r"\s*\[\s*\{")


def fits(head: str) -> bool:
    """Return whether a line at the beginning of a file looks like a METR JSONL run.

    A broken line counts too, because the reader says what is wrong with it; so does an
    array.
    """
    if _ARRAY.match(head):
        return _names_a_run(head)
    return any(
        line.lstrip().startswith("{") and _names_a_run(line)
        for line in head.splitlines()
    )


def _names_a_run(text: str) -> bool:
    has_ids = '"run_id"' in text and '"task_id"' in text
    # Which tables of attempts do not have.
    return has_ids and ('"alias"' in text or '"score_binarized"' in text)


def read(stream: BinaryIO) -> Iterator[Batch]:
    """Yield the runs of a METR JSONL file."""
    return json_lines.read(
        stream, METR_HORIZON_RUNS, METR_WARNINGS, typed_columns, _oddities
    )


_SCORE = list(METR_HORIZON_RUNS.types).index("score")


def _oddities(row: tuple[Any, ...]) -> list[str]:
    """Return codes of warnings about a run that is loaded."""
    return [SCORE_OUTSIDE] if is_outside(row[_SCORE]) else []
