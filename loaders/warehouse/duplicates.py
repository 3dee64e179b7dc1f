"""Duplicate records within a file: copies are refused."""

from array import array

import duckdb

from loaders.contract.arrow import ColumnBuffers
from loaders.contract.columns import RawTable
from loaders.contract.limits import MAX_REFUSED
from loaders.contract.reasons import RECORD_REASONS
from loaders.contract.records import file_refused
from loaders.warehouse.schema import create_temporary
from loaders.warehouse.sql import quoted

# About how many hashes, then rows, are searched for repeated keys at a time.
_PART_HASHES = 2_000_000
_PART_ROWS = 100_000
# Up to this many keys are compared as they arrive, without a query.
_COMPARED_KEYS = 50_000
# Up to this many are sorted at the end: 8 bytes each.
_SORTED_KEYS = 4_000_000


class Keys:
    """The keys of one table of a file, and whether any may be repeated."""

    def __init__(self, table: RawTable):
        self.table = table
        self.may_repeat = False
        self._hashes: set[int] = set()
        self._more_hashes: list[array] = []
        self._count = 0

    def add(self, rows: ColumnBuffers) -> None:
        if self.may_repeat or rows.key_hashes is None:
            self.may_repeat = True
            return
        self._count += len(rows.key_hashes)
        if self._count <= _COMPARED_KEYS:
            self._hashes.update(rows.key_hashes)
            self.may_repeat = len(self._hashes) < self._count
        elif self._count <= _SORTED_KEYS:
            self._more_hashes.append(rows.key_hashes)
        else:
            self.may_repeat = True
            self._hashes.clear()
            self._more_hashes.clear()

    def repeat(self) -> bool:
        """Return whether any key may be repeated, after all were added."""
        if self._more_hashes and not self.may_repeat:
            import numpy as np

            compared = array("q", self._hashes)
            hashes = np.concatenate([compared, *self._more_hashes])
            self._more_hashes.clear()
            hashes.sort()
            self.may_repeat = bool((hashes[1:] == hashes[:-1]).any())
        return self.may_repeat


def position_column(table: RawTable) -> str:
    """Return the column with a record's position: a line or a pointer."""
    return table.columns[0].name


def _refused_keys(table: RawTable) -> RawTable:
    """Return the temporary table of the keys of a file's refused records."""
    return RawTable(
        name=f"refused_{table.name.rpartition('.')[2]}",
        key=(),
        comment="",
        columns=(table.columns[0], *map(table.column, table.key)),
    )


def create_refused_keys(
    connection: duckdb.DuckDBPyConnection, table: RawTable
) -> RawTable:
    """Create the table of the keys of a file's refused records, and return it."""
    keys = _refused_keys(table)
    create_temporary(connection, keys.name, {"file_id": "varchar", **keys.types})
    return keys


def move_duplicates(
    connection: duckdb.DuckDBPyConnection, table: RawTable, file_id: str
) -> int:
    """Move duplicates of one file to quarantine and return how many were moved.

    Of records that are equal except for their position the first stays. Records with
    the same key that differ are all moved, because nothing says which is right. So is a
    record that shares its key with a refused one.
    """
    create_refused_keys(connection, table)
    moved_count = 0
    if _find_repeated_keys(connection, table, file_id):
        name = quoted(table.name)
        first_row, last_row = connection.execute(
            f"select min(rowid), max(rowid) from {name} where file_id = ?", [file_id]
        ).fetchone()
        # In parts, so that a file of only duplicates takes no more memory.
        for start in range(first_row, last_row + 1, _PART_ROWS):
            rows = (start, start + _PART_ROWS - 1)
            moved_count += _move_part(connection, table, file_id, rows)
    for temporary in ("suspects", "repeated", _refused_keys(table).name):
        connection.execute(f"drop table {quoted(temporary)}")
    return moved_count


def _move_part(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    file_id: str,
    rows: tuple[int, int],
) -> int:
    """Move the duplicates from the first to the last of these rows."""
    _find_duplicates(connection, table, file_id, rows)
    _quarantine_duplicates(connection, table, file_id)
    (count,) = connection.execute(
        f"delete from {quoted(table.name)} "
        "where rowid in (select row_id from duplicates)"
    ).fetchone()
    connection.execute("drop table duplicates")
    return count


def _find_duplicates(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    file_id: str,
    rows: tuple[int, int],
) -> None:
    """Create the temp table `duplicates`, with those among these rows."""
    position = position_column(table)
    connection.execute(
        f"""
        create or replace temp table duplicates as
        select
            {quoted(table.name)}.rowid as row_id,
            {position} as position,
            {_record_text(table)} as record,
            copy_count,
            first_position,
            is_conflict
        from {quoted(table.name)}
        inner join repeated using ({_key_columns(table)})
        where
            file_id = $file_id
            and {quoted(table.name)}.rowid between $first_row and $last_row
            and (is_conflict or {quoted(table.name)}.rowid <> kept_row_id)
        """,
        {"file_id": file_id, "first_row": rows[0], "last_row": rows[1]},
    )


def _quarantine_duplicates(
    connection: duckdb.DuckDBPyConnection, table: RawTable, file_id: str
) -> None:
    """Copy the temp table `duplicates` to quarantine."""
    position = position_column(table)
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


def _key_columns(table: RawTable) -> str:
    return ", ".join(quoted(name) for name in table.key)


def _record_text(table: RawTable) -> str:
    """Return the expression for a row as text, without its position."""
    compared = ", ".join(
        f"{quoted(name)} := {quoted(name)}"
        for name in table.types
        if name != position_column(table)
    )
    return f"to_json(struct_pack({compared}))::varchar"


def _find_repeated_keys(
    connection: duckdb.DuckDBPyConnection, table: RawTable, file_id: str
) -> bool:
    """Fill the temp table `repeated` with the keys that occur more than once in a file.

    Only keys with a repeated hash are compared, in parts, so that a file of any length
    takes the memory of one part.
    """
    key = _key_columns(table)
    position = position_column(table)
    refused = quoted(_refused_keys(table).name)
    create_temporary(
        connection,
        "repeated",
        {
            **{name: table.types[name] for name in table.key},
            "copy_count": "bigint",
            "first_position": table.types[position],
            "kept_row_id": "bigint",
            "is_conflict": "boolean",
        },
    )
    suspect_count = _find_suspects(connection, table, file_id)
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
                from {quoted(table.name)}
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


def _find_suspects(
    connection: duckdb.DuckDBPyConnection, table: RawTable, file_id: str
) -> int:
    """Fill the temp table `suspects` with repeated hashes of keys; count their rows.

    Hashes take little memory, and those of different keys are rarely equal.
    """
    key = _key_columns(table)
    create_temporary(
        connection, "suspects", {"key_hash": "ubigint", "row_count": "bigint"}
    )
    (row_count,) = connection.execute(
        f"select count(*) from {quoted(table.name)} where file_id = ?", [file_id]
    ).fetchone()
    for part in _parts(key, row_count, _PART_HASHES):
        connection.execute(
            f"""
            insert into suspects
            select hash({key}) as key_hash, count(*)
            from (
                select {key} from {quoted(table.name)} where file_id = $file_id
                union all
                select {key} from {quoted(_refused_keys(table).name)}
            )
            where {part}
            group by key_hash
            having count(*) > 1
            """,
            {"file_id": file_id},
        )
    suspect_count, key_count = connection.execute(
        "select coalesce(sum(row_count), 0)::bigint, count(*) from suspects"
    ).fetchone()
    # At most one record of each key stays.
    if suspect_count - key_count > MAX_REFUSED:
        names = ", ".join(table.key)
        what = f"more than {MAX_REFUSED:,} records have the {names} of another one"
        raise file_refused("too_many_refused", what)
    return suspect_count


def _parts(key: str, row_count: int, most: int) -> list[str]:
    """Return conditions that split the keys into parts of about `most` rows."""
    count = 1 + row_count // most
    return [f"hash({key}) % {count} = {part}" for part in range(count)]
