"""Load a data frame into the warehouse, without a file."""

import errno
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import nanoarrow
from nanoarrow._utils import NanoarrowException

from loaders.contract.files import OpenFile
from loaders.contract.limits import MAX_DEPTH
from loaders.contract.records import FileManifest, LoadResult, WarehouseError
from loaders.contract.table_options import TableOptions
from loaders.contract.visible import is_visible
from loaders.formats import FORMATS
from loaders.table import reader, user_options
from loaders.table.opened import quoted
from loaders.warehouse.warehouse import Warehouse

# What pandas has for a column without a name.
_NO_NAMES = ("nan", "None", "NaT", "<NA>")


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
    if not name.isascii() and any("\ud800" <= each <= "\udfff" for each in name):
        raise ValueError("the name of a frame has half a surrogate pair")
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
            if os.strerror(errno.ENOSPC) in str(error):
                what = f"there is no room for the frame in {path.parent.parent}: "
                what += "make some, or name another folder in TMPDIR"
                raise WarehouseError(what) from None
            reason: object = error
            if name := _unknown_column(connection, frame):
                reason = f"cast the column {name!r} to a more usual type: {error}"
            raise _unreadable(reason) from None


def _unreadable(reason: object) -> ValueError:
    return ValueError(f"the frame cannot be read: {' '.join(str(reason).split())}")


def _unknown_column(connection: duckdb.DuckDBPyConnection, frame: Any) -> str | None:
    """Return the first column of polars or pyarrow whose type DuckDB does not know."""
    names = getattr(frame, "column_names", None)
    if _library(frame) == "polars":
        names = frame.columns
    if not isinstance(names, list) or not hasattr(frame, "select"):
        return None
    for name in names:
        try:
            _relation(connection, frame.select([name]).slice(0, 0)).fetchall()
        except (duckdb.Error, NanoarrowException):
            return name
        except (TypeError, ValueError):
            continue
    return None


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
    # In C a name ends there; polars would end the process.
    if any("\0" in name for name in _names_of(frame)):
        raise _unreadable("the name of a column or a field has the character NUL")
    stream = nanoarrow.ArrayStream(frame)
    is_table = stream.schema.type == nanoarrow.Type.STRUCT
    names = [field.name for field in stream.schema.fields] if is_table else []
    relation = connection.from_arrow(stream)
    named = _named(names or relation.columns)
    _check_names(named)
    # DuckDB refuses a column of Arrow's type null as polars passes it, and gives
    # another name to a column without one.
    columns = [
        ("cast(null as varchar)" if type_.id == "null" else quoted(theirs))
        + f" as {quoted(name)}"
        for theirs, type_, name in zip(
            relation.columns, relation.types, named, strict=True
        )
    ]
    return relation.project(", ".join(columns))


def _names_of(frame: Any) -> Iterator[str]:
    """Yield the names of a frame of polars or pyarrow, and of the fields inside."""
    schema = getattr(frame, "schema", None)
    if _library(frame) == "polars":
        yield from getattr(frame, "columns", ())
        types = getattr(frame, "dtypes", ())
    else:
        # Fields are iterable; other libraries do not say their names before they are
        # read.
        types = schema if isinstance(schema, Iterable) else ()
    for type_ in types:
        yield from _names_inside(type_)


def _names_inside(type_: Any) -> Iterator[str]:
    """Yield the name of a field, and of the fields of a nested type."""
    if isinstance(name := getattr(type_, "name", None), str):
        yield name
    inside = getattr(type_, "inner", None) or getattr(type_, "type", None)
    fields = getattr(type_, "fields", None) or ()
    if not fields and getattr(type_, "num_fields", 0):
        fields = [type_.field(at) for at in range(type_.num_fields)]
    dtype = getattr(type_, "dtype", None)
    for each in (*fields, inside, dtype):
        if each is not None and each is not type_:
            yield from _names_inside(each)


def _write_pandas(connection: duckdb.DuckDBPyConnection, frame: Any, path: str) -> None:
    """Write a frame of pandas, whose stream would need pyarrow.

    DuckDB infers the type of a column of objects from some of its rows, so a column of
    several types becomes text.
    """
    frame = _with_index(frame)
    names = _named(frame.columns)
    _check_names(names)
    frame = _dense(frame.set_axis(names, axis=1))
    kinds = {
        name: set(map(type, frame[name].dropna()))
        for name in frame.columns[frame.dtypes == object]
    }
    for name, found in kinds.items():
        _check_objects(name, found, frame[name])
    frame = _known(connection, frame)
    mixed = [name for name, found in kinds.items() if len(found) > 1]
    try:
        relation = connection.from_df(_with_texts(frame, mixed))
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        # Otherwise they are as Python prints them, or with text for everything in them.
        mixed += [
            name
            for name, found in kinds.items()
            if found in ({dict}, {list}, {set}, {frozenset})
            and (types[name] == "VARCHAR" or "MAP(" in types[name])
        ]
        # Parquet has no numbers of that size or with so many digits.
        mixed += [
            name
            for name, found in kinds.items()
            if found in ({int}, {Decimal}) and types[name] in ("HUGEINT", "DOUBLE")
        ]
        connection.from_df(_with_texts(frame, mixed)).write_parquet(path)
    except duckdb.Error:
        # A number or an object is larger than in those rows, or the columns are in
        # memory in reverse.
        mixed = [name for name, found in kinds.items() if found - {str}]
        connection.from_df(_with_texts(frame.copy(), mixed)).write_parquet(path)


def _check_objects(name: str, kinds: set[type], values: Any) -> None:
    """Refuse objects that cannot be written, or differ each time."""
    for kind in kinds:
        if kind.__repr__ is object.__repr__ and kind.__str__ is object.__str__:
            # It would be an address in memory.
            raise ValueError(f"the column {name!r} of the frame holds Python objects")
    if kinds & {dict, list, tuple, set, frozenset} and any(
        _is_deeper(value, MAX_DEPTH) for value in values
    ):
        # DuckDB would end the process.
        what = f"the column {name!r} nests more than {MAX_DEPTH} levels deep"
        raise _unreadable(what)


def _is_deeper(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple | set | frozenset):
        return False
    return depth == 0 or any(_is_deeper(each, depth - 1) for each in value)


def _with_index(frame: Any) -> Any:
    """Return a frame of pandas with its named index as columns, where it has not both."""
    _check_names(str(name) for name in frame.index.names if name is not None)
    for name in [n for n in frame.index.names if n is not None and n in frame]:
        if not frame.set_index(name).index.equals(frame.index.get_level_values(name)):
            what = f"its index and another one are both {name!r}"
            raise ValueError(f"the frame has two columns of one name: {what}")
        is_all = frame.index.nlevels == 1
        frame = frame.reset_index(drop=True) if is_all else frame.droplevel(name)
    is_named = any(name is not None for name in frame.index.names)
    return frame.reset_index() if is_named else frame


def _dense(frame: Any) -> Any:
    """Return a frame of pandas without columns that are sparse."""
    sparse = [n for n, type_ in frame.dtypes.items() if str(type_).startswith("Sparse")]
    frame = frame.copy(deep=False) if sparse else frame
    for name in sparse:
        frame[name] = frame[name].sparse.to_dense()
    return frame


def _known(connection: duckdb.DuckDBPyConnection, frame: Any) -> Any:
    """Return a frame of pandas with text for types that DuckDB does not know."""
    try:
        connection.from_df(frame)
    except duckdb.Error:
        names = [name for name in frame if _is_unknown(connection, frame[[name]])]
        return _with_texts(frame, names)
    return frame


def _is_unknown(connection: duckdb.DuckDBPyConnection, frame: Any) -> bool:
    try:
        connection.from_df(frame)
    except duckdb.NotImplementedException:
        return True
    except duckdb.Error:
        return False  # It is said where it is written.
    return False


def _with_texts(frame: Any, names: list[str]) -> Any:
    """Return a frame with text in some columns, as JSON has it."""
    frame = frame.copy(deep=False) if names else frame
    for name in names:
        column = frame[name].astype(object)
        try:
            frame[name] = column.map(_text).where(column.notna(), None)
        except (UnicodeError, ValueError) as error:
            raise _unreadable(f"the column {name!r}: {error}") from None
    return frame


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list | set | frozenset):
        try:
            return json.dumps(value, ensure_ascii=False, default=_in_json)
        except TypeError:
            return str(value)  # A key of it is no text.
    return str(value)


def _in_json(value: Any) -> Any:
    """Return what JSON does not have in its terms; a set has no order of its own."""
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return str(value)


def _named(names: Iterable[Any]) -> list[str]:
    """Return the names of columns; those without one are called by their position."""
    return [
        str(name) if _is_name(name) else f"column {number}"
        for number, name in enumerate(names, 1)
    ]


def _is_name(name: Any) -> bool:
    is_missing = not isinstance(name, str) and str(name) in _NO_NAMES
    return is_visible(str(name)) and not is_missing


def _check_names(names: Iterable[str]) -> None:
    """Refuse columns that DuckDB would rename."""
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            what = f"{seen[name.lower()]!r} and {name!r}"
            raise ValueError(f"the frame has two columns of one name: {what}")
        seen[name.lower()] = name
