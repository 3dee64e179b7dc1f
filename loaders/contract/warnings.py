"""Warnings about a file that is read by lines and was loaded."""

from collections import Counter
from collections.abc import Iterator

from loaders.contract.columns import Column, RawTable
from loaders.contract.records import Batch

_NOTED = {
    "byte_order_mark": "the byte order mark was skipped",
    "lone_surrogate": "half a surrogate pair was read as U+FFFD",
    "no_last_newline": (
        "the last line does not end, so check that its value is not cut short"
    ),
    "score_outside_0_1": (
        "a score below 0 or above 1 was kept as written; `attempts` holds it to 0 to 1"
    ),
    "unreadable_field": (
        "an optional field cannot be read: it is null, and `extra` keeps it"
    ),
    "not_finite": "NaN, infinity or a number beyond every double was read as null",
}


def warnings_table(name: str, former_name: str | None = None) -> RawTable:
    """Return the raw table that a source keeps its warnings in."""
    return RawTable(
        name=name,
        key=("note_code",),
        comment="One row per file and kind of warning about records that were loaded.",
        columns=(
            Column("line", "bigint", "Line of the first such record, from 1."),
            Column(
                "note_code",
                "varchar",
                "The kind of warning, as a stable code to count by.",
            ),
            Column(
                "detail", "varchar", "What was odd, how often, and how it was read."
            ),
        ),
        has_records=False,
        former_name=former_name,
    )


class Warnings:
    """Warnings about a file that was loaded, each kind with its count."""

    def __init__(self, table: RawTable) -> None:
        self._table = table
        self._first_lines: dict[str, int] = {}
        self._last_lines: dict[str, int] = {}
        self._counts: Counter[str] = Counter()

    def add(self, code: str, line: int) -> None:
        """Say that the record in a line, or the file, is odd.

        A line before the last one of that kind is being read a second time.
        """
        if line > self._last_lines.get(code, 0):
            self._first_lines.setdefault(code, line)
            self._last_lines[code] = line
            self._counts[code] += 1

    def batches(self, byte_offset: int) -> Iterator[Batch]:
        """Yield the rows of the table, if there are any."""
        rows = []
        for code, line in self._first_lines.items():
            count = self._counts[code]
            times = f", {count:,} times" if count > 1 else ""
            rows.append((line, code, _NOTED[code] + times))
        if rows:
            yield Batch(self._table, rows, [], byte_offset)
