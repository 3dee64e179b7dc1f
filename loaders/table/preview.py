"""What the loader prints about a table: its mapping, and its first attempts."""

import shlex
from collections.abc import Iterator
from itertools import islice

from loaders.contract.records import Batch
from loaders.table.tables import TABLE_ATTEMPTS, TABLE_COLUMNS

_SHOWN_ATTEMPTS = 5
# How many names of attribute columns to print before counting the rest.
_SHOWN_NAMES = 12


def lines(batch: Batch, shown_count: int | None) -> Iterator[str]:
    """Yield the lines to print for a batch; attempts only while `shown_count` is left."""
    if batch.table.name == TABLE_COLUMNS.name:
        yield from _mapping_lines([row[1:] for row in batch.rows])
    elif batch.table.name == TABLE_ATTEMPTS.name and shown_count is not None:
        wanted = _SHOWN_ATTEMPTS - shown_count
        for row in islice(batch.rows or (), max(0, wanted)):
            told = zip(TABLE_ATTEMPTS.types, row, strict=True)
            yield "  " + ", ".join(
                f"{name} {_shown(value)}" for name, value in told if value is not None
            )


def _mapping_lines(rows: list[tuple[str, str, str | None]]) -> Iterator[str]:
    ours = [
        taken if name == taken else f"{name} as {taken}"
        for name, taken, _ in rows
        if taken != "attributes"
    ]
    yield f"columns: {', '.join(ours)}"
    others = [name for name, taken, _ in rows if taken == "attributes"]
    if others:
        more = len(others) - _SHOWN_NAMES
        shown = ", ".join(others[:_SHOWN_NAMES]) + (f" and {more:,} more" * (more > 0))
        yield f"attributes: {shown}"
    for name, _, looks_like in rows:
        if looks_like:
            yield f"{name} is an attribute; if it is {looks_like}, {_told(looks_like, name)}"


def _told(ours: str, name: str) -> str:
    """Return how to say that a column is one of our fields."""
    if "," in name:  # It would end the pair.
        return f"say it in a mapping file: --mapping FILE with {ours}: {name!r}"
    return f"say --columns {shlex.quote(f'{ours}={name}')}"


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
