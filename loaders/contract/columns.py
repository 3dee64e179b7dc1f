"""A raw table is declared once: its columns with path, type, unit, null rule, meaning.

The declaration drives the reading of flat records (extract.py), the table and its
comments (warehouse/schema.py), and dbt's sources (`python -m loaders.declared`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a raw table."""

    name: str
    # DuckDB's name of the type.
    type: str
    # What it means, as a sentence.
    meaning: str
    # Where a record has the value: names of fields from the outermost in, with `/`
    # between them; of several paths the first that has a value. None: the reader
    # gives the value.
    path: str | tuple[str, ...] | None = None
    # "minutes", "US dollars", ...; None if the meaning is enough.
    unit: str | None = None
    # When it is null, as a sentence; None: never, and a record without it is refused.
    null: str | None = None
    # Takes the field's name and value, returns what to store or raises RecordRefused.
    rule: Callable[[str, Any], Any] | None = None
    # Whether the value also stays among the fields that no column takes.
    is_copied: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths where a record may have the value, the preferred one first."""
        if self.path is None:
            return ()
        return self.path if isinstance(self.path, tuple) else (self.path,)

    @property
    def description(self) -> str:
        """The comment for anyone who queries the table."""
        unit = f"Unit: {self.unit}." if self.unit else ""
        return " ".join(filter(None, (self.meaning, unit, self.null or "Never null.")))


# Columns that several tables have.
FILE_ID = Column(
    "file_id",
    "varchar",
    "First 16 hex digits of the SHA-256 of the file's bytes. For a table the hash "
    "includes the options that it was loaded with, and its name or folder if the mapping "
    "uses them.",
)
LINE = Column("line", "bigint", "Line of the file on which the record begins, from 1.")
EXTRA = Column(
    "extra",
    "json",
    "Fields that the format does not know, as JSON.",
    null="Null without any.",
)


@dataclass(frozen=True)
class RawTable:
    """A raw table as a reader fills it; the warehouse adds file_id in front."""

    name: str
    # The columns that identify a record within one file.
    key: tuple[str, ...]
    # What a row is.
    comment: str
    # The first one is a record's position in its file.
    columns: tuple[Column, ...]
    # Whether its rows are records of the file, unlike warnings about them.
    has_records: bool = True
    # Its name in warehouses of an older loader, if it had another.
    former_name: str | None = None

    @cached_property
    def types(self) -> dict[str, str]:
        """The DuckDB type of each column by name, in order."""
        return {column.name: column.type for column in self.columns}

    @cached_property
    def short_columns(self) -> tuple[int, ...]:
        """Where its position and its key are, which are short where they are text."""
        names = {self.columns[0].name, *self.key}
        return tuple(
            at
            for at, column in enumerate(self.columns)
            if column.name in names and column.type == "varchar"
        )

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
