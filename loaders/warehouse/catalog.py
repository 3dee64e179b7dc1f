"""The warehouse's records about files: raw.files, raw.file_paths, raw.quarantine."""

import os
from typing import Any

import duckdb

from loaders.contract.arrow import as_buffers
from loaders.contract.files import path_text
from loaders.contract.records import (
    FileManifest,
    FileStamp,
    LoadResult,
    Quarantined,
)
from loaders.formats import FORMATS
from loaders.warehouse.schema import insert_rows, raw_tables
from loaders.warehouse.sql import quoted
from loaders.warehouse.tables import FILE_PATHS, QUARANTINE


def is_at(connection: duckdb.DuckDBPyConnection, file_id: str, path: str) -> bool:
    """Return whether the warehouse has these bytes at `path`."""
    row = connection.execute(
        "from raw.file_paths where file_id = ? and path = ?", [file_id, path]
    ).fetchone()
    return row is not None


def add_path(
    connection: duckdb.DuckDBPyConnection,
    file_id: str,
    path: str,
    state: FileStamp | None = None,
) -> bool:
    """Record that the bytes are at `path`, and return whether that is new."""
    is_news = not is_at(connection, file_id, path)
    if is_news:
        connection.execute(
            "insert into raw.file_paths values (?, ?, null, null)", [file_id, path]
        )
    if state:
        set_stamp(connection, file_id, path, state)
    return is_news


def set_stamp(
    connection: duckdb.DuckDBPyConnection, file_id: str, path: str, state: FileStamp
) -> None:
    connection.execute(
        "update raw.file_paths set modified_ns = ?, changed_ns = ? "
        "where file_id = ? and path = ?",
        [state.modified_ns, state.changed_ns, file_id, path],
    )


def look_up(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    sha256: str,
    format: str,
    loader_version: str,
    file_id: str | None,
    has_user_options: bool,
) -> LoadResult | None:
    """Return an `unchanged` result if these bytes are loaded, None if not.

    By `file_id` if the bytes alone do not identify the file. Without options it stays
    the file that this path had.
    """
    # Anything else recorded for this path is out of date, so load.
    query = """
        select
            file_id, path, format, record_count, loaded_count, quarantined_count
        from raw.files
        where
            sha256 = $sha256
            and format = $format
            and loader_version = $loader_version
            and status <> 'refused'
            and (
                file_id = coalesce($file_id, file_id)
                or (
                    not $has_user_options
                    and exists (
                        from raw.file_paths as own
                        where own.path = $path and own.file_id = files.file_id
                    )
                )
            )
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
                "file_id": file_id,
                "has_user_options": has_user_options,
            },
        ).fetchone()
    except duckdb.CatalogException:
        return None  # a database that nothing was loaded into yet
    if row is None:
        return None
    known = unchanged_result(path, *row)
    known.reasons = reasons_of(connection, known.file_id)
    return known


def files_by_path(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[FileStamp, LoadResult]]:
    """Return the loaded files by path that can be identified by size and times."""
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
                -- Anything else recorded for a path is out of date.
                and file_paths.path not in (
                    select path from raw.file_paths group by path having count(*) > 1
                )
            """,
            {"versions": [each.loader_version for each in FORMATS.values()]},
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}  # nothing was loaded yet, or the loader kept no times
    return {
        path: (FileStamp(*state), unchanged_result(path, *on_record))
        for path, state, *on_record in rows
    }


def unchanged_result(
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


def leave_others(
    connection: duckdb.DuckDBPyConnection,
    manifest: FileManifest,
    *,
    only_refused: bool = False,
) -> bool:
    """Take the path away from other files, and return whether any had it.

    A file without any path left is deleted; one that was loaded from this path gets
    another of its own paths.
    """
    path = path_text(manifest.path)
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
        leave_path(connection, file_id, path)
    return bool(others)


def leave_older(connection: duckdb.DuckDBPyConnection, manifest: FileManifest) -> None:
    """Delete an older loader's rows of a table without options.

    That loader identified the table by its bytes only; now its name counts too. Next to
    the new rows, the old ones would count as repeats.
    """
    if not manifest.context or manifest.has_user_options:
        return
    older = connection.execute(
        "select path from raw.files where file_id = ? and loader_version <> ?",
        [manifest.sha256[:16], manifest.loader_version],
    ).fetchone()
    name = os.path.basename(path_text(manifest.path))
    if older is None or os.path.basename(older[0]) != name:
        return
    copies = connection.execute(
        "delete from raw.file_paths where file_id = ? returning path",
        [manifest.sha256[:16]],
    ).fetchall()
    delete_file(connection, manifest.sha256[:16])
    for (path,) in copies:
        if os.path.basename(path) == name:
            add_path(connection, manifest.file_id, path)


def leave_path(connection: duckdb.DuckDBPyConnection, file_id: str, path: str) -> None:
    """Remove a path of a file; a file without any path left is deleted."""
    connection.execute(
        "delete from raw.file_paths where file_id = ? and path = ?", [file_id, path]
    )
    (other_path,) = connection.execute(
        "select min(path) from raw.file_paths where file_id = ?", [file_id]
    ).fetchone()
    if other_path is None:
        delete_file(connection, file_id)
    else:
        connection.execute(
            "update raw.files set path = ? where file_id = ? and path = ?",
            [other_path, file_id, path],
        )


def run_files(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return the files of runs that were loaded, with each of their paths.

    This includes refused files, whatever their format.
    """
    query = """
        select file_id, file_paths.path
        from raw.file_paths
        inner join raw.files using (file_id)
        where format in ('harbor', 'terminal-bench') or status = 'refused'
        order by file_paths.path, file_id
    """
    try:
        return connection.execute(query).fetchall()
    except duckdb.CatalogException:
        return []  # a database that nothing was loaded into yet


def record_refusal(
    connection: duckdb.DuckDBPyConnection, manifest: FileManifest, entry: Quarantined
) -> bool:
    """Write the refusal if it is new, and return whether anything was written."""
    has_left = leave_others(connection, manifest, only_refused=True)
    is_new_path = add_path(connection, manifest.file_id, path_text(manifest.path))
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
    # Rows of the same bytes from another version or format stay, as does this refusal.
    if on_record and on_record[0]:
        return has_left or is_new_path
    delete_file(connection, manifest.file_id)
    row = as_buffers(QUARANTINE, [quarantine_row(entry)])
    insert_rows(connection, QUARANTINE, manifest.file_id, row)
    insert_manifest(connection, manifest, "refused", None, None)
    return True


def quarantine_row(entry: Quarantined) -> tuple:
    return (
        entry.position,
        entry.line,
        entry.reason_code,
        entry.detail,
        entry.record_excerpt,
    )


def number_shared_positions(
    connection: duckdb.DuckDBPyConnection, file_id: str
) -> None:
    """Make positions unique: the second refusal on line 7 becomes `7:2`.

    If a position already ends like that, such as a task called `a:2`, more colons are
    put before the number than in any such position.
    """
    shared = """
        select hash(position)
        from raw.quarantine
        where file_id = $file_id
        group by hash(position)
        having count(*) > 1
    """
    (colon_count,) = connection.execute(
        f"""
        select 1 + max(length(regexp_extract(position, '(:*)[0-9]+$', 1)))
        from raw.quarantine
        where file_id = $file_id and exists ({shared})
        """,
        {"file_id": file_id},
    ).fetchone()
    if colon_count is None:
        return
    connection.execute(
        f"""
        update raw.quarantine
        set position = position || $colons || shared.number
        from (
            select
                rowid as row_id,
                row_number() over (partition by position order by rowid) as number
            from raw.quarantine
            where file_id = $file_id and hash(position) in ({shared})
            qualify number > 1
        ) as shared
        where quarantine.rowid = shared.row_id
        """,
        {"file_id": file_id, "colons": ":" * colon_count},
    )


def first_quarantined(
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


def insert_manifest(
    connection: duckdb.DuckDBPyConnection,
    manifest: FileManifest,
    status: str,
    loaded_count: int | None,
    quarantined_count: int | None,
) -> None:
    """Write the raw.files row; the counts are None for a refused file."""
    counts = (loaded_count, quarantined_count)
    connection.execute(
        """
        insert into raw.files (
            file_id, path, format, sha256, size_bytes, status, record_count,
            loaded_count, quarantined_count, loader_version, note, loaded_at
        )
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())
        """,
        [
            manifest.file_id,
            path_text(manifest.path),
            manifest.format,
            manifest.sha256,
            manifest.size_bytes,
            status,
            None if None in counts else sum(counts),
            loaded_count or 0,
            quarantined_count or 0,
            manifest.loader_version,
            manifest.note,
        ],
    )


def delete_file(connection: duckdb.DuckDBPyConnection, file_id: str) -> None:
    """Delete everything about a file except its paths."""
    query = "select count(*) from raw.files where file_id = ?"
    if connection.execute(query, [file_id]).fetchall() == [(0,)]:
        return
    for table in raw_tables():
        if table is not FILE_PATHS:
            connection.execute(
                f"delete from {quoted(table.name)} where file_id = ?", [file_id]
            )


def reasons_of(
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
    return [reason_entry(*row) for row in rows]


def reason_entry(
    code: str, count: int, first_position: str, detail: str
) -> dict[str, Any]:
    return {
        "reason_code": code,
        "count": count,
        "first_position": first_position,
        "detail": detail,
    }
