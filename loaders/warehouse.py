"""The only writer of raw.*: one transaction per file, published all together.

    with Warehouse("evalhouse.duckdb") as warehouse:
        result = warehouse.known_file(path, sha256, format, loader_version)
        if result is None:
            result = warehouse.load_file(manifest, module.read(source))

The first write takes a private copy (see refresh.py); leaving without an error
publishes it, if anything changed. A file is known by its content: `file_id` is
the first 16 hex digits of its SHA-256, the same on every machine.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import duckdb
import nanoarrow

from loaders.columns import Columns, as_columns
from loaders.files import State
from loaders.formats import FORMATS
from loaders.records import (
    RECORD_REASONS,
    Batch,
    FileManifest,
    FileRefused,
    Quarantined,
    Table,
    file_refused,
)
from loaders.refresh import (
    Refresh,
    WarehouseBusy,
    WarehouseError,
    busy_writing,
    remedy,
    scratch_copy,
    writer_of,
)
from loaders.tables import FILE_COMMENTS, FILE_PATHS, FILES, QUARANTINE

__all__ = [
    "FileManifest",
    "LoadResult",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseError",
    "ensure_schema",
]


# A file of a million duplicates then spills to disk instead of taking gigabytes.
_MEMORY_LIMIT = "200MB"

# A row group is held in memory until it is full; the default is 122,880 rows.
_ROW_GROUP_SIZE = 16_384

# Repeated keys are looked for among so many hashes, then rows, at a time, about.
_PART_HASHES = 2_000_000
_PART_ROWS = 100_000
# Up to so many keys are compared while they pass, which takes no query.
_COMPARED_KEYS = 50_000


@dataclass(slots=True)
class LoadResult:
    """What became of one file; record_count is None if it was refused whole.

    `reasons` holds one {"reason_code", "count", "first_position", "detail"} per
    reason, most frequent first. `detail` adds what the status alone does not say.
    """

    path: str
    file_id: str
    format: str | None
    status: str
    record_count: int | None
    loaded_count: int
    quarantined_count: int
    reasons: list[dict[str, Any]] = field(default_factory=list)
    detail: str | None = None


class Warehouse:
    """The warehouse at `path`; with `publish=False` nothing written is kept.

    Its methods raise WarehouseBusy or WarehouseError if the warehouse cannot be
    used, and OSError if the disk is full: then it is as it was.
    """

    def __init__(self, path: str | os.PathLike[str], *, publish: bool = True):
        self._path = os.path.abspath(path)
        self._publish = publish
        self._copies = contextlib.ExitStack()
        self._refresh: Refresh | None = None
        self._reader: duckdb.DuckDBPyConnection | None = None
        self._writer: duckdb.DuckDBPyConnection | None = None
        self._has_changed = False
        # What was on record when it was first asked for, by path.
        self._files_at: dict[str, tuple[State, LoadResult]] | None = None
        # States of known files that are not on record.
        self._learned: list[tuple[str, str, State]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: object, *_rest: object) -> None:
        with self._copies:
            if error is None:
                self._record_learned()
            self._close_reader()
            if self._writer is None:
                return
            if self._refresh and self._has_changed and error is None:
                with _duckdb_errors(self._path):
                    # Closing checkpoints too, but keeps a full disk to itself.
                    self._writer.execute("checkpoint")
                    self._writer.close()
                self._refresh.publish()
            else:
                self._writer.close()

    def make_ready(self) -> None:
        """Prepare to write where nothing is known yet, while the first file is read."""
        if not os.path.exists(self._path):
            with _duckdb_errors(self._path):
                self._connection_to_write()

    def has_file_of(self, size_bytes: int) -> bool:
        """Return whether a file of this size is on record; others cannot be known."""
        query = "select count(*) > 0 from raw.files where size_bytes = ?"
        with _duckdb_errors(self._path):
            connection = self._connection_to_look()
            try:
                return bool(
                    connection and connection.execute(query, [size_bytes]).fetchone()[0]
                )
            except duckdb.CatalogException:
                return False  # a database that nothing was loaded into yet

    def file_at(self, path: str, state: State) -> LoadResult | None:
        """Return an `unchanged` result if the file at `path` is on record in this state.

        None if its bytes have to be looked at. Takes no copy and writes nothing.
        """
        with _duckdb_errors(self._path):
            connection = self._connection_to_look()
            if connection is None:
                return None
            if self._files_at is None:
                self._files_at = _files_at(connection)
            on_record = self._files_at.get(_text(path))
            if on_record is None or on_record[0] != state:
                return None
            known = on_record[1]
            if known.quarantined_count:
                known.reasons = _reasons(connection, known.file_id)
            return known

    def known_file(
        self,
        path: str,
        sha256: str,
        format: str,
        loader_version: str,
        state: State | None = None,
    ) -> LoadResult | None:
        """Return an `unchanged` result if loading these bytes would change nothing.

        None if they have to be loaded. Takes no copy and writes nothing, unless they
        are known from another path only: then this one is recorded too.
        """
        wanted = (_text(path), sha256, format, loader_version)
        with _duckdb_errors(self._path):
            connection = self._connection_to_look()
            known = connection and self._look_up(connection, *wanted)
            if known and not _is_at(connection, known.file_id, known.path):
                connection = self._connection_to_write()
                # Again, for the copy may be newer than what was looked at.
                known = self._look_up(connection, *wanted)
                if known:
                    _add_path(connection, known.file_id, known.path, state)
                    self._has_changed = True
            elif known and state:
                self._learned.append((known.file_id, known.path, state))
            return known

    def load_file(
        self, manifest: FileManifest, batches: Iterable[Batch], *, strict: bool = False
    ) -> LoadResult:
        """Replace what this path and these bytes held before by `batches`.

        If `batches` raises FileRefused, or with `strict` refuses a record, nothing
        of the file is loaded, what it held before stays, and the refusal is
        recorded.
        """
        with _duckdb_errors(self._path):
            connection = self._connection_to_write()
            try:
                with _transaction(connection):
                    result = self._replace(connection, manifest, batches, strict)
            except FileRefused as refused:
                return self.refuse_file(manifest, refused)
        self._has_changed = True
        return result

    def refuse_file(self, manifest: FileManifest, refused: FileRefused) -> LoadResult:
        """Record that the file is refused whole, unless that is on record.

        A sample that is not wanted is no fault of the data, so it is not recorded.
        """
        position = refused.position or str(refused.line or "file")
        entry = Quarantined(
            position=position,
            line=refused.line,
            reason_code=refused.reason_code,
            detail=refused.detail,
            record_excerpt=None,
        )
        if refused.reason_code != "sample_beside_data":
            with _duckdb_errors(self._path):
                connection = self._connection_to_write()
                with _transaction(connection):
                    if _record_refusal(connection, manifest, entry):
                        self._has_changed = True
        return LoadResult(
            path=manifest.path,
            file_id=manifest.file_id,
            format=manifest.format,
            status="refused",
            record_count=None,
            loaded_count=0,
            quarantined_count=0,
            reasons=[_reason(entry.reason_code, 1, position, entry.detail)],
        )

    def _record_learned(self) -> None:
        """Put it on record that files are unchanged though their times are others.

        So that they need not be hashed again; but not if to copy the warehouse for
        it takes longer than that.
        """
        hashed_bytes = sum(state.size_bytes for _, _, state in self._learned)
        if not self._learned or not (
            self._has_changed
            or (self._publish and hashed_bytes > os.path.getsize(self._path))
        ):
            return
        with _duckdb_errors(self._path):
            connection = self._connection_to_write()
            with _transaction(connection):
                for learned in self._learned:
                    _set_state(connection, *learned)
        self._has_changed = True

    def _connection_to_look(self) -> duckdb.DuckDBPyConnection | None:
        """Return the copy if there is one, else the warehouse, None without one."""
        if self._writer or self._reader:
            return self._writer or self._reader
        if not os.path.isfile(self._path):
            return None
        try:
            self._reader = duckdb.connect(self._path, read_only=True)
        except duckdb.IOException as error:
            if "Conflicting lock" in str(error):
                raise busy_writing(self._path, writer_of(self._path)) from None
            # A log that a crash left: a refresh knows what to do about it.
            return self._connection_to_write()
        return self._reader

    def _connection_to_write(self) -> duckdb.DuckDBPyConnection:
        if self._writer is None:
            # First, for closing it later would drop the lock of the refresh.
            self._close_reader()
            if self._publish:
                self._refresh = self._copies.enter_context(Refresh(self._path))
                copy = self._refresh.path
            else:
                copy = self._copies.enter_context(scratch_copy(self._path))
            self._writer = _open_for_loading(copy)
            ensure_schema(self._writer)
        return self._writer

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _look_up(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: str,
        sha256: str,
        format: str,
        loader_version: str,
    ) -> LoadResult | None:
        # Anything else on record for this path is out of date, so load.
        query = """
            select
                file_id, path, format, record_count, loaded_count, quarantined_count
            from raw.files
            where
                sha256 = $sha256
                and format = $format
                and loader_version = $loader_version
                and status <> 'refused'
                and not exists (
                    from raw.file_paths as others
                    where others.path = $path and others.file_id <> files.file_id
                )
        """
        try:
            row = connection.execute(
                query,
                {
                    "sha256": sha256,
                    "format": format,
                    "loader_version": loader_version,
                    "path": path,
                },
            ).fetchone()
        except duckdb.CatalogException:
            return None  # a database that nothing was loaded into yet
        if row is None:
            return None
        known = _unchanged(path, *row)
        known.reasons = _reasons(connection, known.file_id)
        return known

    def _replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        manifest: FileManifest,
        batches: Iterable[Batch],
        strict: bool,
    ) -> LoadResult:
        """Load one file inside the caller's transaction."""
        file_id = manifest.file_id
        _leave_others(connection, manifest)
        _add_path(connection, file_id, _text(manifest.path), manifest.state)
        _delete(connection, file_id)
        sample_count = _keep_sample_apart(connection, manifest)
        if sample_count:
            self._files_at = None
        loaded_count = quarantined_count = 0
        keys: dict[str, _Keys] = {}
        for batch in batches:
            if strict and batch.quarantined:
                raise _refusal("strict", "the first refused one", batch.quarantined[0])
            if batch.rows:
                rows = as_columns(batch.table, batch.rows)
                _insert(connection, batch.table, file_id, rows)
                keys.setdefault(batch.table.name, _Keys(batch.table)).add(rows)
            if batch.quarantined:
                _quarantine(connection, batch.table, file_id, batch.quarantined)
                keys.setdefault(batch.table.name, _Keys(batch.table)).may_repeat = True
            loaded_count += len(batch.rows) if batch.table.has_records else 0
            quarantined_count += len(batch.quarantined)
        for table in [each.table for each in keys.values() if each.may_repeat]:
            duplicate_count = _settle_duplicates(connection, table, file_id)
            loaded_count -= duplicate_count
            quarantined_count += duplicate_count
        if quarantined_count:
            _number_shared_positions(connection, file_id)
        if strict and quarantined_count:
            first = _first_quarantined(connection, file_id)
            raise _refusal("strict", "the first refused one", first)
        if quarantined_count and not loaded_count:
            first = _first_quarantined(connection, file_id)
            what = f"all its records ({quarantined_count:,}) are refused, the first one"
            raise _refusal("no_record_loaded", what, first)
        status = "partly_loaded" if quarantined_count else "loaded"
        _insert_manifest(connection, manifest, status, loaded_count, quarantined_count)
        return LoadResult(
            path=manifest.path,
            file_id=file_id,
            format=manifest.format,
            status=status,
            record_count=loaded_count + quarantined_count,
            loaded_count=loaded_count,
            quarantined_count=quarantined_count,
            reasons=_reasons(connection, file_id) if quarantined_count else [],
            detail="the sample's runs were taken out" if sample_count else None,
        )


class _Keys:
    """The keys of one table of a file: whether one may stand there twice."""

    def __init__(self, table: Table):
        self.table = table
        self.may_repeat = False
        self._hashes: set[int] = set()

    def add(self, rows: Columns) -> None:
        if self.may_repeat or rows.key_hashes is None:
            self.may_repeat = True
            return
        expected = len(self._hashes) + len(rows.key_hashes)
        if expected <= _COMPARED_KEYS:
            self._hashes.update(rows.key_hashes)
        self.may_repeat = len(self._hashes) < expected


def _is_at(connection: duckdb.DuckDBPyConnection, file_id: str, path: str) -> bool:
    """Return whether it is on record that the bytes stand at `path`."""
    row = connection.execute(
        "from raw.file_paths where file_id = ? and path = ?", [file_id, path]
    ).fetchone()
    return row is not None


def _add_path(
    connection: duckdb.DuckDBPyConnection,
    file_id: str,
    path: str,
    state: State | None = None,
) -> bool:
    """Record that the bytes stand at `path`, and return whether that is news."""
    is_news = not _is_at(connection, file_id, path)
    if is_news:
        connection.execute(
            "insert into raw.file_paths values (?, ?, null, null)", [file_id, path]
        )
    if state:
        _set_state(connection, file_id, path, state)
    return is_news


def _set_state(
    connection: duckdb.DuckDBPyConnection, file_id: str, path: str, state: State
) -> None:
    connection.execute(
        "update raw.file_paths set modified_ns = ?, changed_ns = ? "
        "where file_id = ? and path = ?",
        [state.modified_ns, state.changed_ns, file_id, path],
    )


def _files_at(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[State, LoadResult]]:
    """Return the loaded files by path that can be known by size and times."""
    try:
        rows = connection.execute(
            """
            select
                file_paths.path,
                (size_bytes, modified_ns, changed_ns),
                file_id,
                files.path,
                format,
                record_count,
                loaded_count,
                quarantined_count
            from raw.file_paths
            inner join raw.files using (file_id)
            where
                status <> 'refused'
                and changed_ns is not null
                and list_contains($versions, loader_version)
                -- What else is on record for a path is out of date.
                and file_paths.path not in (
                    select path from raw.file_paths group by path having count(*) > 1
                )
            """,
            {"versions": [each.loader_version for each in FORMATS.values()]},
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}  # nothing was loaded yet, or by a loader that kept no times
    return {
        path: (State(*state), _unchanged(path, *on_record))
        for path, state, *on_record in rows
    }


def _unchanged(
    path: str,
    file_id: str,
    loaded_path: str,
    format: str,
    record_count: int,
    loaded_count: int,
    quarantined_count: int,
) -> LoadResult:
    is_elsewhere = loaded_path != path
    return LoadResult(
        path=path,
        file_id=file_id,
        format=format,
        status="unchanged",
        record_count=record_count,
        loaded_count=loaded_count,
        quarantined_count=quarantined_count,
        detail=f"the same bytes are loaded from {loaded_path}" * is_elsewhere or None,
    )


def _leave_others(
    connection: duckdb.DuckDBPyConnection,
    manifest: FileManifest,
    *,
    only_refused: bool = False,
) -> bool:
    """Take the path from other files, and return whether any had it.

    A file that is left without a path is deleted; one that was loaded from this
    path is from now on loaded from another of its own.
    """
    path = _text(manifest.path)
    others = connection.execute(
        """
        select file_id
        from raw.file_paths
        inner join raw.files using (file_id)
        where
            file_paths.path = ?
            and file_id <> ?
            and (status = 'refused' or not ?)
        """,
        [path, manifest.file_id, only_refused],
    ).fetchall()
    for (file_id,) in others:
        connection.execute(
            "delete from raw.file_paths where file_id = ? and path = ?", [file_id, path]
        )
        (other_path,) = connection.execute(
            "select min(path) from raw.file_paths where file_id = ?", [file_id]
        ).fetchone()
        if other_path is None:
            _delete(connection, file_id)
        else:
            connection.execute(
                "update raw.files set path = ? where file_id = ? and path = ?",
                [other_path, file_id, path],
            )
    return bool(others)


def _record_refusal(
    connection: duckdb.DuckDBPyConnection, manifest: FileManifest, entry: Quarantined
) -> bool:
    """Write the refusal if it is news, and return whether anything was written."""
    has_left = _leave_others(connection, manifest, only_refused=True)
    is_new_path = _add_path(connection, manifest.file_id, _text(manifest.path))
    on_record = connection.execute(
        """
        select files.status <> 'refused' or (
            quarantine.reason_code = ? and quarantine.detail = ?
        )
        from raw.files
        left join raw.quarantine using (file_id)
        where file_id = ?
        """,
        [entry.reason_code, entry.detail, manifest.file_id],
    ).fetchone()
    # The same bytes loaded by another version or format: the last good wins.
    if on_record and on_record[0]:
        return has_left or is_new_path
    _delete(connection, manifest.file_id)
    row = as_columns(QUARANTINE, [_quarantine_row(entry)])
    _insert(connection, QUARANTINE, manifest.file_id, row)
    _insert_manifest(connection, manifest, "refused", None, None)
    return True


def _keep_sample_apart(
    connection: duckdb.DuckDBPyConnection, manifest: FileManifest
) -> int:
    """Let no made-up run stand beside real ones, whose numbers it would falsify.

    The sample makes way for any other file, and is refused where there is one.
    Returns how many files of the sample were taken out.
    """
    loaded = connection.execute(
        "select file_id, path from raw.files where is_sample <> ? and loaded_count > 0",
        [manifest.is_sample],
    ).fetchall()
    if manifest.is_sample and loaded:
        raise file_refused(
            "sample_beside_data",
            f"the warehouse holds runs of {loaded[0][1]}, and made-up ones beside them "
            "would falsify every number",
        )
    for file_id, _ in loaded:
        _delete(connection, file_id)
        connection.execute("delete from raw.file_paths where file_id = ?", [file_id])
    return len(loaded)


def _open_for_loading(path: str) -> duckdb.DuckDBPyConnection:
    """Open a database so that a load of any length takes the same memory."""
    connection = duckdb.connect(
        config={
            "memory_limit": _MEMORY_LIMIT,
            "temp_directory": f"{path}.tmp",
        }
    )
    quoted = path.replace("'", "''")
    connection.execute(
        f"attach '{quoted}' as warehouse (row_group_size {_ROW_GROUP_SIZE})"
    )
    connection.execute("use warehouse")
    return connection


def ensure_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema raw, and those of its tables and columns that are missing."""
    statements = []
    for table in _raw_tables():
        existing = _existing_columns(connection, table)
        if existing is None:
            statements += _creation(table)
            continue
        for name in table.columns:
            if name not in existing:
                statements += _addition(table, name)
    if statements:
        # In one transaction, for each one of its own waits for the disk.
        with _transaction(connection):
            connection.execute(
                "; ".join(["create schema if not exists raw", *statements])
            )


def _existing_columns(
    connection: duckdb.DuckDBPyConnection, table: Table
) -> list[str] | None:
    """Return the columns of a table that is there.

    duckdb_columns() knows them too, but looks through all of its own views first,
    which takes longer than to make a dozen tables.
    """
    try:
        found = connection.execute(f"from {_quoted(table.name)} limit 0")
    except duckdb.CatalogException:
        return None
    return [name for name, *_ in found.description]


def _raw_tables() -> list[Table]:
    """Return each raw table once, though formats may share one."""
    filled = [table for each in FORMATS.values() for table in each.tables]
    tables = (FILES, FILE_PATHS, QUARANTINE, *filled)
    return list({table.name: table for table in tables}.values())


def _creation(table: Table) -> Iterator[str]:
    """Yield the statements that create a table and say what it holds."""
    columns = {"file_id": "varchar", **table.columns}
    typed = ", ".join(f"{_quoted(name)} {type_}" for name, type_ in columns.items())
    yield f"create table {_quoted(table.name)} ({typed})"
    yield f"comment on table {_quoted(table.name)} is {_literal(table.comment)}"
    for name in columns:
        yield from _comment(table, name)


def _addition(table: Table, name: str) -> Iterator[str]:
    """Yield the statements that add a column to a table of an older loader."""
    type_ = table.columns[name]
    yield f"alter table {_quoted(table.name)} add column {_quoted(name)} {type_}"
    yield from _comment(table, name)


def _comment(table: Table, name: str) -> Iterator[str]:
    comment = table.column_comments.get(name) or FILE_COMMENTS.get(name)
    if comment:
        column = f"{_quoted(table.name)}.{_quoted(name)}"
        yield f"comment on column {column} is {_literal(comment)}"


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file_id: str,
    rows: Columns,
) -> None:
    arrays = rows.arrays
    schemas = {
        name: array_.schema for name, array_ in zip(table.columns, arrays, strict=True)
    }
    incoming = nanoarrow.c_array_from_buffers(
        nanoarrow.struct(schemas), len(rows), [None], children=arrays
    )
    # Not connection.register(), which keeps every batch until the transaction ends.
    relation = connection.from_arrow(nanoarrow.ArrayStream(incoming))
    relation.select(
        duckdb.ConstantExpression(file_id), duckdb.StarExpression()
    ).insert_into(table.name)


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file_id: str,
    entries: list[Quarantined],
) -> None:
    rows = as_columns(QUARANTINE, list(map(_quarantine_row, entries)))
    _insert(connection, QUARANTINE, file_id, rows)
    has_lines = _position(table) == "line"
    keyed = [
        (entry.line if has_lines else entry.position, *entry.key)
        for entry in entries
        if entry.key is not None
    ]
    if keyed:
        keys = _create_refused_keys(connection, table)
        _insert(connection, keys, file_id, as_columns(keys, keyed))


def _quarantine_row(entry: Quarantined) -> tuple:
    return (
        entry.position,
        entry.line,
        entry.reason_code,
        entry.detail,
        entry.record_excerpt,
    )


def _position(table: Table) -> str:
    """Return the column that says where a record stands: a line or a pointer."""
    return next(iter(table.columns))


def _refused_keys(table: Table) -> Table:
    """Return the temporary table of the keys of a file's refused records."""
    return Table(
        name=f"refused_{table.name.rpartition('.')[2]}",
        columns={name: table.columns[name] for name in (_position(table), *table.key)},
        key=(),
    )


def _create_refused_keys(connection: duckdb.DuckDBPyConnection, table: Table) -> Table:
    """Return the table of the keys of a file's refused records, made by now."""
    keys = _refused_keys(table)
    _create_temporary(connection, keys.name, {"file_id": "varchar", **keys.columns})
    return keys


def _create_temporary(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]
) -> None:
    """Create an empty temporary table, unless it is there.

    Never by `as select ... limit 0`: DuckDB 2.0 loses rows that many threads insert
    into such a table in the same transaction.
    """
    typed = ", ".join(f"{_quoted(name)} {type_}" for name, type_ in columns.items())
    connection.execute(f"create temp table if not exists {_quoted(name)} ({typed})")


def _settle_duplicates(
    connection: duckdb.DuckDBPyConnection, table: Table, file_id: str
) -> int:
    """Move duplicates of one file to quarantine and return how many were moved.

    Of records that agree in everything but their position the first stays; records
    with one key that disagree all go, for nothing says which one is right. So does
    a record whose key a refused one has too.
    """
    _create_refused_keys(connection, table)
    moved_count = 0
    if _find_repeated_keys(connection, table, file_id):
        name = _quoted(table.name)
        first_row, last_row = connection.execute(
            f"select min(rowid), max(rowid) from {name} where file_id = ?", [file_id]
        ).fetchone()
        # Part by part, so that a file of nothing but duplicates takes no more memory.
        for start in range(first_row, last_row + 1, _PART_ROWS):
            rows = (start, start + _PART_ROWS - 1)
            moved_count += _move_duplicates(connection, table, file_id, rows)
    for temporary in ("suspects", "repeated", _refused_keys(table).name):
        connection.execute(f"drop table {_quoted(temporary)}")
    return moved_count


def _move_duplicates(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file_id: str,
    rows: tuple[int, int],
) -> int:
    """Move the duplicates from the first to the last of these rows."""
    position = _position(table)
    connection.execute(
        f"""
        create or replace temp table duplicates as
        select
            {_quoted(table.name)}.rowid as row_id,
            {position} as position,
            {_record_text(table)} as record,
            copy_count,
            first_position,
            is_conflict
        from {_quoted(table.name)}
        inner join repeated using ({_key_columns(table)})
        where
            file_id = $file_id
            and {_quoted(table.name)}.rowid between $first_row and $last_row
            and (is_conflict or {_quoted(table.name)}.rowid <> kept_row_id)
        """,
        {"file_id": file_id, "first_row": rows[0], "last_row": rows[1]},
    )
    connection.execute(
        """
        insert into raw.quarantine
        select
            $file_id,
            position::varchar,
            if($has_lines, position, null)::bigint,
            if(is_conflict, 'conflicting_duplicate', 'duplicate_record'),
            if(
                is_conflict,
                copy_count || ' records with this ' || $key || ' differ, the first '
                || $at || first_position || '; ' || $conflicting,
                'the same record as ' || $at || first_position || ', which is loaded; '
                || $duplicate
            ),
            left(record, 500)
        from duplicates
        order by position, row_id
        """,
        {
            "has_lines": position == "line",
            "at": "on line " if position == "line" else "at ",
            "file_id": file_id,
            "key": ", ".join(table.key),
            "conflicting": RECORD_REASONS["conflicting_duplicate"],
            "duplicate": RECORD_REASONS["duplicate_record"],
        },
    )
    (count,) = connection.execute(
        f"delete from {_quoted(table.name)} "
        "where rowid in (select row_id from duplicates)"
    ).fetchone()
    connection.execute("drop table duplicates")
    return count


def _key_columns(table: Table) -> str:
    return ", ".join(_quoted(name) for name in table.key)


def _record_text(table: Table) -> str:
    """Return the expression for a row as text, without its position."""
    compared = ", ".join(
        f"{_quoted(name)} := {_quoted(name)}"
        for name in table.columns
        if name != _position(table)
    )
    return f"to_json(struct_pack({compared}))::varchar"


def _find_repeated_keys(
    connection: duckdb.DuckDBPyConnection, table: Table, file_id: str
) -> bool:
    """Fill the temp table `repeated` with the keys that stand twice in a file.

    By their hashes first, which take little memory and rarely meet by chance. Part by
    part, so that a file of any length takes the memory of one part.
    """
    key = _key_columns(table)
    key_types = {name: table.columns[name] for name in table.key}
    position = _position(table)
    refused = _quoted(_refused_keys(table).name)
    _create_temporary(
        connection, "suspects", {"key_hash": "ubigint", "row_count": "bigint"}
    )
    _create_temporary(
        connection,
        "repeated",
        {
            **key_types,
            "copy_count": "bigint",
            "first_position": table.columns[position],
            "kept_row_id": "bigint",
            "is_conflict": "boolean",
        },
    )
    (row_count,) = connection.execute(
        f"select count(*) from {_quoted(table.name)} where file_id = ?", [file_id]
    ).fetchone()
    for part in _parts(key, row_count, _PART_HASHES):
        connection.execute(
            f"""
            insert into suspects
            select hash({key}) as key_hash, count(*)
            from (
                select {key} from {_quoted(table.name)} where file_id = $file_id
                union all
                select {key} from {refused}
            )
            where {part}
            group by key_hash
            having count(*) > 1
            """,
            {"file_id": file_id},
        )
    (suspect_count,) = connection.execute(
        "select coalesce(sum(row_count), 0)::bigint from suspects"
    ).fetchone()
    for part in _parts(key, suspect_count, _PART_ROWS) if suspect_count else ():
        is_suspect = f"{part} and hash({key}) in (select key_hash from suspects)"
        connection.execute(
            f"""
            insert into repeated
            select
                {key},
                count(*),
                min(position),
                arg_min(row_id, (position, row_id)),
                bool_or(row_id is null) or min(record) <> max(record)
            from (
                select
                    {key},
                    {position} as position,
                    rowid as row_id,
                    {_record_text(table)} as record
                from {_quoted(table.name)}
                where file_id = $file_id and {is_suspect}
                union all
                select {key}, {position}, null, null from {refused} where {is_suspect}
            )
            group by {key}
            having count(*) > 1
            """,
            {"file_id": file_id},
        )
    return bool(suspect_count)


def _parts(key: str, row_count: int, most: int) -> list[str]:
    """Return conditions that part keys, so that about `most` rows fulfil each."""
    count = 1 + row_count // most
    return [f"hash({key}) % {count} = {part}" for part in range(count)]


def _number_shared_positions(
    connection: duckdb.DuckDBPyConnection, file_id: str
) -> None:
    """Make positions unique: the second refusal on line 7 becomes `7:2`."""
    connection.execute(
        """
        update raw.quarantine
        set position = position || ':' || shared.number
        from (
            select
                rowid as row_id,
                row_number() over (partition by position order by rowid) as number
            from raw.quarantine
            where
                file_id = $file_id
                and hash(position) in (
                    select hash(position)
                    from raw.quarantine
                    where file_id = $file_id
                    group by hash(position)
                    having count(*) > 1
                )
            qualify number > 1
        ) as shared
        where quarantine.rowid = shared.row_id
        """,
        {"file_id": file_id},
    )


def _first_quarantined(
    connection: duckdb.DuckDBPyConnection, file_id: str
) -> Quarantined:
    row = connection.execute(
        """
        select position, line, reason_code, detail, record_excerpt
        from raw.quarantine
        where file_id = ?
        order by line, position
        limit 1
        """,
        [file_id],
    ).fetchone()
    return Quarantined(*row)


def _refusal(reason_code: str, what: str, first: Quarantined) -> FileRefused:
    """Return the refusal of a file for its refused records."""
    return file_refused(
        reason_code,
        f"{what}: {first.reason_code}: {first.detail}",
        line=first.line,
        position=first.position,
    )


def _insert_manifest(
    connection: duckdb.DuckDBPyConnection,
    manifest: FileManifest,
    status: str,
    loaded_count: int | None,
    quarantined_count: int | None,
) -> None:
    """Write the raw.files row; the counts are None for a refused file."""
    counts = (loaded_count, quarantined_count)
    connection.execute(
        "insert into raw.files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())",
        [
            manifest.file_id,
            _text(manifest.path),
            manifest.format,
            manifest.sha256,
            manifest.size_bytes,
            status,
            None if None in counts else sum(counts),
            loaded_count or 0,
            quarantined_count or 0,
            manifest.loader_version,
            manifest.is_sample,
        ],
    )


def _delete(connection: duckdb.DuckDBPyConnection, file_id: str) -> None:
    """Delete what is known of a file, but for the paths that it stands at."""
    query = "select count(*) from raw.files where file_id = ?"
    if connection.execute(query, [file_id]).fetchall() == [(0,)]:
        return
    for table in _raw_tables():
        if table is not FILE_PATHS:
            connection.execute(
                f"delete from {_quoted(table.name)} where file_id = ?", [file_id]
            )


def _reasons(
    connection: duckdb.DuckDBPyConnection, file_id: str
) -> list[dict[str, Any]]:
    rows = connection.execute(
        """
        select
            reason_code,
            count(*) as record_count,
            arg_min(position, (line, position)),
            arg_min(detail, (line, position))
        from raw.quarantine
        where file_id = ?
        group by reason_code
        order by record_count desc, reason_code
        """,
        [file_id],
    ).fetchall()
    return [_reason(*row) for row in rows]


def _reason(code: str, count: int, first_position: str, detail: str) -> dict[str, Any]:
    return {
        "reason_code": code,
        "count": count,
        "first_position": first_position,
        "detail": detail,
    }


@contextlib.contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # a fatal one has ended it already
            connection.execute("rollback")
        raise


@contextlib.contextmanager
def _duckdb_errors(path: str) -> Iterator[None]:
    """Turn an error of DuckDB, such as a full disk, into a WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"{path} is unchanged, because DuckDB could not go on: {reason}; "
            f"{remedy(reason)} and run this again"
        ) from error


def _text(path: str) -> str:
    """Return a path as UTF-8 can hold it; other bytes are shown as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _quoted(name: str) -> str:
    """Return a (qualified) name as an SQL identifier."""
    parts = [part.replace('"', '""') for part in name.split(".")]
    return ".".join(f'"{part}"' for part in parts)


def _literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
