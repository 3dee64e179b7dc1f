"""The only writer of raw.*: a transaction per file, or per group of small files; all
are published together.

    with Warehouse("evalhouse.duckdb") as warehouse:
        result = warehouse.known_file(manifest)
        if result is None:
            result = warehouse.load_file(manifest, module.read(source))

The first write takes a private copy (see publish.py); leaving without an error
publishes it, if anything changed. A file is known by its content: `file_id` is the
first 16 hex digits of its SHA-256, the same on every machine. For a table with options,
or if its name or folder matters, these are hashed too.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Container, Iterable
from typing import Self

import duckdb

from common.warehouse import open_read_only
from loaders.contract.arrow import as_buffers
from loaders.contract.columns import RawTable
from loaders.contract.files import is_gone, path_text
from loaders.contract.records import (
    Batch,
    FileManifest,
    FileRefused,
    FileStamp,
    LoadResult,
    Quarantined,
    SmallFile,
    file_refused,
)
from loaders.warehouse.catalog import (
    add_path,
    delete_file,
    files_by_path,
    first_quarantined,
    insert_manifest,
    is_at,
    leave_older,
    leave_others,
    leave_path,
    look_up,
    number_shared_positions,
    quarantine_row,
    reason_entry,
    reasons_of,
    record_refusal,
    run_files,
    set_stamp,
)
from loaders.warehouse.duplicates import (
    Keys,
    create_refused_keys,
    move_duplicates,
    position_column,
)
from loaders.warehouse.faults import FAULTS_OF_A_FILE, as_refusal
from loaders.warehouse.long_rows import LongRows
from loaders.warehouse.publish import (
    Refresh,
    WarehouseBusy,
    WarehouseError,
    busy_writing,
    scratch_copy,
    writer_of,
)
from loaders.warehouse.schema import (
    Inserts,
    ensure_schema,
    insert_rows,
    open_for_loading,
)
from loaders.warehouse.small_files import insert, on_record, row_count
from loaders.warehouse.sql import (
    as_warehouse_error,
    transaction,
)
from loaders.warehouse.tables import QUARANTINE

__all__ = [
    "FileManifest",
    "LoadResult",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseError",
    "ensure_schema",
]


class Warehouse:
    """The warehouse at `path`; with `publish=False` no changes are kept.

    Its methods raise WarehouseBusy or WarehouseError if the warehouse cannot be used,
    and OSError if the disk is full; the warehouse is then unchanged.
    """

    def __init__(self, path: str | os.PathLike[str], *, publish: bool = True):
        self._path = os.path.abspath(path)
        self._publish = publish
        self._copies = contextlib.ExitStack()
        self._refresh: Refresh | None = None
        self._reader: duckdb.DuckDBPyConnection | None = None
        self._writer: duckdb.DuckDBPyConnection | None = None
        self._has_changed = False
        self._long_rows: LongRows | None = None
        # What was recorded when it was first asked for, by path.
        self._files_at: dict[str, tuple[FileStamp, LoadResult]] | None = None
        # States of known files that are not recorded yet.
        self._learned: list[tuple[str, str, FileStamp]] = []

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
                with as_warehouse_error(self._path):
                    # Closing does this too, but would not report a full disk.
                    self._long_rows.make_room()
                    self._writer.execute("checkpoint")
                    self._writer.close()
                self._refresh.publish()
            else:
                self._writer.close()

    def make_ready(self) -> None:
        """Prepare to write into an empty warehouse while the first file is read."""
        if not os.path.exists(self._path):
            with as_warehouse_error(self._path):
                self._connection_to_write()

    def has_file_of(self, size_bytes: int) -> bool:
        """Return whether a file of this size is recorded; otherwise it is new."""
        query = "select count(*) > 0 from raw.files where size_bytes = ?"
        with as_warehouse_error(self._path):
            connection = self._connection_to_look()
            try:
                return bool(
                    connection and connection.execute(query, [size_bytes]).fetchone()[0]
                )
            except duckdb.CatalogException:
                return False  # a database that nothing was loaded into yet

    def file_at(self, path: str, state: FileStamp) -> LoadResult | None:
        """Return an `unchanged` result if the file at `path` is recorded in this state.

        None if its bytes must be read. Takes no copy and writes nothing.
        """
        with as_warehouse_error(self._path):
            connection = self._connection_to_look()
            if connection is None:
                return None
            if self._files_at is None:
                self._files_at = files_by_path(connection)
            on_record = self._files_at.get(path_text(path))
            if on_record is None or on_record[0] != state:
                return None
            known = on_record[1]
            if known.quarantined_count:
                known.reasons = reasons_of(connection, known.file_id)
            return known

    def known_file(self, manifest: FileManifest) -> LoadResult | None:
        """Return an `unchanged` result if loading these bytes would change nothing.

        None if they must be loaded. Takes no copy and writes nothing, unless they are
        known only from another path: then this path is recorded too.
        """
        wanted = (
            path_text(manifest.path),
            manifest.sha256,
            manifest.format,
            manifest.loader_version,
            manifest.file_id if manifest.context else None,
            manifest.has_user_options,
        )
        with as_warehouse_error(self._path):
            connection = self._connection_to_look()
            known = connection and look_up(connection, *wanted)
            if known and not is_at(connection, known.file_id, known.path):
                connection = self._connection_to_write()
                # Again, because the copy may be newer than what was looked at.
                known = look_up(connection, *wanted)
                if known:
                    add_path(connection, known.file_id, known.path, manifest.state)
                    self._has_changed = True
            elif known and manifest.state:
                self._learned.append((known.file_id, known.path, manifest.state))
            return known

    def load_file(
        self, manifest: FileManifest, batches: Iterable[Batch], *, strict: bool = False
    ) -> LoadResult:
        """Replace the rows of this path and these bytes with `batches`.

        If `batches` raises FileRefused, or with `strict` refuses a record, nothing of
        the file is loaded, its earlier rows stay, and the refusal is recorded.
        """
        with as_warehouse_error(self._path):
            connection = self._connection_to_write()
            try:
                with self._long_rows.room(), transaction(connection):
                    result = self._replace(connection, manifest, batches, strict)
            except (FileRefused, *FAULTS_OF_A_FILE) as error:
                return self.refuse_file(manifest, as_refusal(error))
        self._has_changed = True
        return result

    def load_together(self, files: list[SmallFile]) -> list[LoadResult | None]:
        """Load new small files, and recognise known ones, in one transaction.

        None for a file that must be loaded on its own: one with quarantined records, or
        with other bytes or another path recorded.
        """
        manifests = [small.manifest for small in files if small.is_plain]
        with as_warehouse_error(self._path):
            looked = on_record(self._connection_to_look(), manifests)
            if self._writer is None and not all(map(looked.is_at, manifests)):
                # Again, because the copy may be newer than what was looked at.
                looked = on_record(self._connection_to_write(), manifests)
            results, new, moved = [], [], []
            for small in files:
                manifest = small.manifest
                if not small.is_plain:
                    results.append(None)
                elif known := looked.known(manifest):
                    if looked.is_at(manifest):
                        if manifest.state:
                            learned = (manifest.file_id, known.path, manifest.state)
                            self._learned.append(learned)
                    else:
                        looked.files_at[known.path].add(manifest.file_id)
                        moved.append(manifest)
                    results.append(known)
                elif looked.is_new(manifest):
                    new.append(small)
                    count = row_count(small)
                    looked.add(manifest, "loaded", count)
                    results.append(_loaded_result(manifest, count))
                else:
                    results.append(None)
            if new or moved:
                connection = self._connection_to_write()
                with self._long_rows.room(), transaction(connection):
                    insert(connection, new, moved, self._long_rows)
                self._has_changed = True
        return results

    def leave_gone(self, present: dict[str, set[str]]) -> dict[str, int]:
        """Remove the files that are no longer in the folders of runs; count them.

        An example is a trial that its harness deleted to run it again. `present` has
        the files of each folder; a folder is absolute, without symlinks, and ends in a
        slash.
        """
        folders = {path_text(folder): folder for folder in present}
        known = {path_text(path) for paths in present.values() for path in paths}

        def gone(
            connection: duckdb.DuckDBPyConnection,
        ) -> list[tuple[str, str, str]]:
            return [
                (folder, file_id, path)
                for file_id, path in run_files(connection)
                if path not in known
                and (folder := _folder_above(path, folders)) is not None
                and is_gone(path)
            ]

        with as_warehouse_error(self._path):
            connection = folders and self._connection_to_look()
            if not connection or not gone(connection):
                return {}
            connection = self._connection_to_write()
            with transaction(connection):
                left = gone(connection)
                for _, file_id, path in left:
                    leave_path(connection, file_id, path)
            self._has_changed = True
            return Counter(folders[folder] for folder, *_ in left)

    def refuse_file(self, manifest: FileManifest, refused: FileRefused) -> LoadResult:
        """Record that the whole file is refused, unless that is recorded."""
        position = refused.position or str(refused.line or "file")
        entry = Quarantined(
            position=position,
            line=refused.line,
            reason_code=refused.reason_code,
            detail=refused.detail,
            record_excerpt=None,
        )
        with as_warehouse_error(self._path):
            connection = self._connection_to_write()
            with transaction(connection):
                if record_refusal(connection, manifest, entry):
                    self._has_changed = True
        return LoadResult(
            path=manifest.path,
            file_id=manifest.file_id,
            format=manifest.format,
            status="refused",
            record_count=None,
            loaded_count=0,
            quarantined_count=0,
            reasons=[reason_entry(entry.reason_code, 1, position, entry.detail)],
        )

    def _record_learned(self) -> None:
        """Record that files are unchanged although their times differ, so that they
        need not be hashed again; but not if copying the warehouse would take longer.
        """
        hashed_bytes = sum(state.size_bytes for _, _, state in self._learned)
        if not self._learned or not (
            self._has_changed
            or (self._publish and hashed_bytes > os.path.getsize(self._path))
        ):
            return
        with as_warehouse_error(self._path):
            connection = self._connection_to_write()
            with transaction(connection):
                for learned in self._learned:
                    set_stamp(connection, *learned)
        self._has_changed = True

    def _connection_to_look(self) -> duckdb.DuckDBPyConnection | None:
        """Return the copy if there is one, else the warehouse, None without one."""
        if self._writer or self._reader:
            return self._writer or self._reader
        if not os.path.isfile(self._path):
            return None
        try:
            self._reader = open_read_only(self._path)
        except duckdb.IOException as error:
            if "Conflicting lock" in str(error):
                raise busy_writing(self._path, writer_of(self._path)) from None
            # A log that a crash left: a refresh knows what to do about it.
            return self._connection_to_write()
        return self._reader

    def _connection_to_write(self) -> duckdb.DuckDBPyConnection:
        if self._writer is None:
            # First, because closing it later would drop the lock of the refresh.
            self._close_reader()
            if self._publish:
                self._refresh = self._copies.enter_context(Refresh(self._path))
                copy = self._refresh.path
            else:
                copy = self._copies.enter_context(scratch_copy(self._path))
            self._writer = open_for_loading(copy)
            self._long_rows = LongRows(self._writer)
            ensure_schema(self._writer)
        return self._writer

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _replace(
        self,
        connection: duckdb.DuckDBPyConnection,
        manifest: FileManifest,
        batches: Iterable[Batch],
        strict: bool,
    ) -> LoadResult:
        """Load one file inside the caller's transaction."""
        file_id = manifest.file_id
        leave_older(connection, manifest)
        leave_others(connection, manifest)
        add_path(connection, file_id, path_text(manifest.path), manifest.state)
        delete_file(connection, file_id)
        loaded_count = quarantined_count = 0
        keys: dict[str, Keys] = {}
        packed_bytes = manifest.size_bytes if manifest.is_packed else None
        inserts = Inserts(connection, file_id, packed_bytes, self._long_rows)
        for batch in batches:
            if strict and batch.quarantined:
                raise _refusal("strict", "the first refused one", batch.quarantined[0])
            if batch.rows:
                rows = as_buffers(batch.table, batch.rows)
                inserts.add(batch.table, rows)
                keys.setdefault(batch.table.name, Keys(batch.table)).add(rows)
            if batch.quarantined:
                _quarantine(connection, batch.table, file_id, batch.quarantined)
                keys.setdefault(batch.table.name, Keys(batch.table)).may_repeat = True
            loaded_count += len(batch.rows) if batch.table.has_records else 0
            quarantined_count += len(batch.quarantined)
        inserts.finish()
        for table in [each.table for each in keys.values() if each.repeat()]:
            duplicate_count = move_duplicates(connection, table, file_id)
            loaded_count -= duplicate_count if table.has_records else 0
            quarantined_count += duplicate_count
        if quarantined_count:
            number_shared_positions(connection, file_id)
        if strict and quarantined_count:
            first = first_quarantined(connection, file_id)
            raise _refusal("strict", "the first refused one", first)
        if quarantined_count and not loaded_count:
            first = first_quarantined(connection, file_id)
            what = f"all its records ({quarantined_count:,}) are refused, the first one"
            raise _refusal("no_record_loaded", what, first)
        status = "partly_loaded" if quarantined_count else "loaded"
        insert_manifest(connection, manifest, status, loaded_count, quarantined_count)
        self._long_rows.make_room()
        return LoadResult(
            path=manifest.path,
            file_id=file_id,
            format=manifest.format,
            status=status,
            record_count=loaded_count + quarantined_count,
            loaded_count=loaded_count,
            quarantined_count=quarantined_count,
            reasons=reasons_of(connection, file_id) if quarantined_count else [],
        )


def _loaded_result(manifest: FileManifest, count: int) -> LoadResult:
    return LoadResult(
        path=manifest.path,
        file_id=manifest.file_id,
        format=manifest.format,
        status="loaded",
        record_count=count,
        loaded_count=count,
        quarantined_count=0,
    )


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    file_id: str,
    entries: list[Quarantined],
) -> None:
    rows = as_buffers(QUARANTINE, list(map(quarantine_row, entries)))
    insert_rows(connection, QUARANTINE, file_id, rows)
    has_lines = position_column(table) == "line"
    keyed = [
        (entry.line if has_lines else entry.position, *entry.key)
        for entry in entries
        if entry.key is not None
    ]
    if keyed:
        keys = create_refused_keys(connection, table)
        insert_rows(connection, keys, file_id, as_buffers(keys, keyed))


def _folder_above(path: str, folders: Container[str]) -> str | None:
    """Return the nearest of some folders that a path is in."""
    end = len(path)
    while (end := path.rfind("/", 0, end)) >= 0:
        if path[: end + 1] in folders:
            return path[: end + 1]
    return None


def _refusal(reason_code: str, what: str, first: Quarantined) -> FileRefused:
    """Return the refusal of a file for its refused records."""
    return file_refused(
        reason_code,
        f"{what}: {first.reason_code}: {first.detail}",
        line=first.line,
        position=first.position,
    )
