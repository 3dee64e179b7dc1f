"""Load a data frame into the warehouse, without a file."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import nanoarrow
from nanoarrow._utils import NanoarrowException

from loaders.contract.files import OpenFile
from loaders.contract.records import FileManifest, LoadResult
from loaders.contract.table_options import TableOptions
from loaders.formats import FORMATS
from loaders.table import reader, user_options
from loaders.table.opened import quoted
from loaders.warehouse.warehouse import Warehouse

# Types of pandas, such as `period[M]`.
_NOT_KNOWN = re.compile("period|interval|complex|Sparse")


def load(
    frame: Any,
    name: str,
    *,
    db: str | os.PathLike[str] | None,
    source: str | None,
    columns: Mapping[str, Any] | None,
    mapping: str | None,
    score_max: float | None,
    decimal: str | None,
    note: str | None,
    strict: bool,
) -> LoadResult:
    """Load a frame as its table in Parquet would be; see `loaders.load_frame`."""
    if not re.fullmatch(r"[^/\0\n]{1,200}", name):
        raise ValueError(
            "the name of a frame must have 1 to 200 characters and no slash"
        )
    if decimal not in (None, ".", ","):
        raise ValueError("decimal must be '.' or ','")
    if score_max is not None and not 0 < score_max < float("inf"):
        raise ValueError("score_max must be above 0")
    source = user_options.checked_source(source) if source else None
    options = TableOptions(source=source, score_max=score_max, decimal=decimal)
    options = replace(options, columns=user_options.checked_columns(columns or {}))
    if mapping:
        options = user_options.with_mapping(options, mapping)
    path = db or os.environ.get("EVALHOUSE_DB") or "evalhouse.duckdb"
    format_ = FORMATS["table"]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "frame.parquet")
        _write(frame, table)
        with table.open("rb") as file, Warehouse(path) as warehouse:
            opened = OpenFile(file)
            manifest = FileManifest(
                path=f"frame:{name}",
                sha256=opened.sha256(),
                format=format_.name,
                size_bytes=opened.size_bytes,
                loader_version=format_.loader_version,
                note=note,
                # Frames with the same rows but different names are different tables.
                context=repr((name, options)),
            )
            batches = reader.read(opened, path=name, options=options)
            return warehouse.load_file(manifest, batches, strict=strict)


def _write(frame: Any, path: Path) -> None:
    """Write a frame of any library as Parquet."""
    with duckdb.connect() as connection:
        try:
            if _library(frame) == "pandas" and hasattr(frame, "columns"):
                _write_pandas(connection, frame, str(path))
            else:
                _relation(connection, frame).write_parquet(str(path))
        except (duckdb.Error, NanoarrowException) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"the frame cannot be read: {reason}") from None


def _library(frame: Any) -> str:
    return type(frame).__module__.partition(".")[0]


def _relation(
    connection: duckdb.DuckDBPyConnection, frame: Any
) -> duckdb.DuckDBPyRelation:
    library = _library(frame)
    if library == "pandas" or not hasattr(frame, "__arrow_c_stream__"):
        kind = type(frame).__name__
        what = f"a frame is of pandas, polars or Arrow, and this is a {kind}"
        raise TypeError(what)
    if library == "polars" and "Object" in map(str, getattr(frame, "dtypes", ())):
        raise ValueError("a column of the frame holds Python objects")
    stream = nanoarrow.ArrayStream(frame)
    if stream.schema.type == nanoarrow.Type.STRUCT:
        _check_names(field.name for field in stream.schema.fields)
    relation = connection.from_arrow(stream)
    # DuckDB refuses a column of Arrow's type null as polars passes it.
    empty = [
        f"cast(null as varchar) as {quoted(name)}"
        for name, type_ in zip(relation.columns, relation.types, strict=True)
        if type_.id == "null"
    ]
    return relation.project(f"* replace ({', '.join(empty)})") if empty else relation


def _write_pandas(connection: duckdb.DuckDBPyConnection, frame: Any, path: str) -> None:
    """Write a frame of pandas, whose stream would need pyarrow.

    DuckDB infers the type of a column of objects from some of its rows, so a column of
    several types becomes text.
    """
    _check_names(map(str, frame.columns))
    frame = _plain(_with_index(frame))
    _check_names(map(str, frame.columns))
    kinds = {
        name: set(map(type, frame[name].dropna()))
        for name in frame.columns[frame.dtypes == object]
    }
    mixed = [name for name, found in kinds.items() if len(found) > 1]
    try:
        relation = connection.from_df(_with_texts(frame, mixed))
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        # Otherwise they are as Python prints them, or with text for everything in them.
        mixed += [
            name
            for name, found in kinds.items()
            if found in ({dict}, {list})
            and (types[str(name)] == "VARCHAR" or "MAP(" in types[str(name)])
        ]
        # Parquet has no whole numbers of that size.
        mixed += [
            name
            for name, found in kinds.items()
            if found == {int} and types[str(name)] in ("HUGEINT", "DOUBLE")
        ]
        connection.from_df(_with_texts(frame, mixed)).write_parquet(path)
    except duckdb.Error:
        # A number or an object is larger than in those rows, or the columns are in
        # memory in reverse.
        mixed = [name for name, found in kinds.items() if found - {str}]
        connection.from_df(_with_texts(frame.copy(), mixed)).write_parquet(path)


def _with_index(frame: Any) -> Any:
    """Return a frame of pandas with its named index as columns, where it has not both."""
    for name in [n for n in frame.index.names if n is not None and n in frame]:
        if not frame.set_index(name).index.equals(frame.index.get_level_values(name)):
            what = f"its index and another one are both {name!r}"
            raise ValueError(f"the frame has two columns of one name: {what}")
        is_all = frame.index.nlevels == 1
        frame = frame.reset_index(drop=True) if is_all else frame.droplevel(name)
    is_named = any(name is not None for name in frame.index.names)
    return frame.reset_index() if is_named else frame


def _plain(frame: Any) -> Any:
    """Return a frame of pandas without types that DuckDB does not know."""
    kinds = {name: str(type_) for name, type_ in frame.dtypes.items()}
    if not any(map(_NOT_KNOWN.match, kinds.values())):
        return frame
    frame = frame.copy(deep=False)
    for name, kind in kinds.items():
        if kind.startswith("Sparse"):
            frame[name] = frame[name].sparse.to_dense()
        elif _NOT_KNOWN.match(kind):
            frame = _with_texts(frame, [name])
    return frame


def _with_texts(frame: Any, names: list[Any]) -> Any:
    """Return a frame with text in some columns, as JSON has it."""
    frame = frame.copy(deep=False) if names else frame
    for name in names:
        column = frame[name].astype(object)
        frame[name] = column.where(column.isna(), column.map(_text))
    return frame


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _check_names(names: Iterable[str]) -> None:
    """Refuse columns that DuckDB would rename."""
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            what = f"{seen[name.lower()]!r} and {name!r}"
            raise ValueError(f"the frame has two columns of one name: {what}")
        seen[name.lower()] = name
