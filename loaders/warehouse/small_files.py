"""Loads many small, new files together.

A single file takes about twenty statements. In a folder of thousands, most files are
new and all their records are valid: those are inserted together.
"""

from collections import defaultdict
from dataclasses import dataclass

import duckdb

from loaders.contract.files import path_text
from loaders.contract.records import FileManifest, LoadResult, SmallFile
from loaders.warehouse.catalog import unchanged_result
from loaders.warehouse.long_rows import LongRows
from loaders.warehouse.schema import insert_rows_of_files
from loaders.warehouse.tables import FILE_PATHS, FILES


@dataclass(slots=True)
class OnRecord:
    """The warehouse's records about some files."""

    files: dict[str, tuple]
    files_at: dict[str, set[str]]

    def known(self, manifest: FileManifest) -> LoadResult | None:
        """Return an `unchanged` result if these bytes are loaded completely."""
        path = path_text(manifest.path)
        found = self.files.get(manifest.file_id)
        if found is None or self.files_at.get(path, set()) - {manifest.file_id}:
            return None
        sha256, version, status, *shown = found
        wanted = (manifest.sha256, manifest.loader_version, "loaded")
        if (sha256, version, status) != wanted:
            return None
        return unchanged_result(path, manifest.file_id, *shown)

    def is_at(self, manifest: FileManifest) -> bool:
        """Return whether the warehouse has the bytes at their path."""
        path = path_text(manifest.path)
        return manifest.file_id in self.files_at.get(path, set())

    def is_new(self, manifest: FileManifest) -> bool:
        """Return whether neither the bytes nor their path are known."""
        path = path_text(manifest.path)
        return manifest.file_id not in self.files and not self.files_at.get(path)

    def add(self, manifest: FileManifest, status: str, row_count: int) -> None:
        """Add a file to those that are known."""
        path = path_text(manifest.path)
        self.files_at[path].add(manifest.file_id)
        self.files[manifest.file_id] = (
            manifest.sha256,
            manifest.loader_version,
            status,
            path,
            manifest.format,
            row_count,
            row_count,
            0,
        )


def on_record(
    connection: duckdb.DuckDBPyConnection | None, manifests: list[FileManifest]
) -> OnRecord:
    """Return the warehouse's records about these files."""
    record = OnRecord({}, defaultdict(set))
    wanted = {
        "ids": [manifest.file_id for manifest in manifests],
        "paths": [path_text(manifest.path) for manifest in manifests],
    }
    if connection is None:
        return record
    try:
        rows = connection.execute(
            """
            select
                file_id, sha256, loader_version, status, path, format, record_count,
                loaded_count, quarantined_count
            from raw.files
            where file_id in (select unnest($ids))
            """,
            {"ids": wanted["ids"]},
        ).fetchall()
        paths = connection.execute(
            """
            select file_id, path
            from raw.file_paths
            where path in (select unnest($paths)) or file_id in (select unnest($ids))
            """,
            wanted,
        ).fetchall()
    except duckdb.CatalogException:
        return record  # a database that nothing was loaded into yet
    record.files = {file_id: tuple(found) for file_id, *found in rows}
    for file_id, path in paths:
        record.files_at[path].add(file_id)
    return record


def insert(
    connection: duckdb.DuckDBPyConnection,
    new: list[SmallFile],
    moved: list[FileManifest],
    long_rows: LongRows,
) -> None:
    """Insert files that are not known, and new paths of known ones."""
    rows = defaultdict(list)
    tables = {}
    ((now,),) = connection.execute("select now()::varchar").fetchall()
    for small in new:
        manifest = small.manifest
        for batch in small.batches:
            tables[batch.table.name] = batch.table
            rows[batch.table.name] += [(manifest.file_id, *row) for row in batch.rows]
        count = row_count(small)
        rows[FILES.name].append(
            (
                manifest.file_id,
                path_text(manifest.path),
                manifest.format,
                manifest.sha256,
                manifest.size_bytes,
                "loaded",
                count,
                count,
                0,
                manifest.loader_version,
                manifest.note,
                now,
            )
        )
    for manifest in [*(small.manifest for small in new), *moved]:
        state = manifest.state
        times = (state.modified_ns, state.changed_ns) if state else (None, None)
        at = (manifest.file_id, path_text(manifest.path), *times)
        rows[FILE_PATHS.name].append(at)
    tables |= {FILES.name: FILES, FILE_PATHS.name: FILE_PATHS}
    for name, table in tables.items():
        if rows[name]:
            insert_rows_of_files(connection, table, rows[name], long_rows)
    long_rows.make_room()


def row_count(small: SmallFile) -> int:
    """Return how many records of a file are loaded."""
    return sum(len(batch.rows) for batch in small.batches if batch.table.has_records)
