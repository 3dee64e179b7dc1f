"""Files of evaluation runs to raw tables: `python -m loaders PATH...`."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loaders.contract.records import LoadResult

__all__ = ["load_frame"]


def load_frame(
    frame: Any,
    name: str = "frame",
    *,
    db: str | os.PathLike[str] | None = None,
    source: str | None = None,
    columns: Mapping[str, Any] | None = None,
    mapping: str | None = None,
    score_max: float | None = None,
    decimal: str | None = None,
    note: str | None = None,
    strict: bool = False,
) -> "LoadResult":
    """Load a table of attempts from a pandas or polars frame or an Arrow table.

        from loaders import load_frame

        result = load_frame(frame, "my runs", columns={"task_id": "question"})

    `name` takes the place of a path: a frame with the same name replaces the one loaded
    before. It is also the benchmark if there is no such column. Everything else is as
    on the command line: `db` (else $EVALHOUSE_DB, else evalhouse.duckdb), `source`,
    `columns` (ours: theirs, or {"value": text}, or None for no column), `mapping` (a
    file or a preset), `score_max`, `decimal`, `note` and `strict`.

    Returns the result, with `status`, `loaded_count`, `quarantined_count` and
    `reasons`; a table without required columns is `refused`. Raises ValueError or
    TypeError for invalid arguments, WarehouseError if the warehouse cannot be used.
    """
    # Imported here, because importing duckdb takes longer than printing the help.
    from loaders.frames import load

    return load(
        frame,
        name,
        db=db,
        source=source,
        columns=columns,
        mapping=mapping,
        score_max=score_max,
        decimal=decimal,
        note=note,
        strict=strict,
    )
