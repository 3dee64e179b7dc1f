"""How a raw table is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table as a format fills it."""

    name: str
    # Name to DuckDB type, in order; the writer prepends file_id.
    columns: Mapping[str, str]
    # The columns that identify a record inside one file.
    key: tuple[str, ...]
    comment: str = ""
    # Name to meaning and unit, for who queries raw.*.
    column_comments: Mapping[str, str] = field(default_factory=dict)
    # Whether its rows are records of the file; a remark on them counts as none.
    has_records: bool = True
