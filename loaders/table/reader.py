"""A table of attempts: CSV with any separator, JSON lines, a JSON array or Parquet.

DuckDB parses it, all as text; it is imported when the first table is read.
"""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from loaders.contract import rules
from loaders.contract.files import OpenFile
from loaders.contract.limits import MAX_DEPTH
from loaders.contract.records import (
    BATCH_RECORDS,
    Batch,
    RecordRefused,
    file_refused,
)
from loaders.table import mapping, values
from loaders.table.tables import TABLE_ATTEMPTS, TABLE_COLUMNS

_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_PARQUET = b"PAR1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DEFAULTS = {"scaffold": "unknown", "effort": "unknown", "population": "capability"}
_IDENTIFIERS = ("task_id", "agent", "model", "benchmark", "attempt")


def fits(head: str) -> bool:
    """Say whether columns at the beginning of a file have the usual names."""
    names = {mapping.plain(name) for name in mapping.names_at_the_beginning(head)}
    found = [
        ours
        for ours, known in mapping.KNOWN.items()
        if names & set(map(mapping.plain, known.split()))
    ]
    return not mapping.missing_from(found)


def fits_packed(head: bytes) -> bool:
    """Say whether the bytes are those of a format that holds nothing but tables."""
    return head.startswith((_PARQUET, *_COMPRESSIONS))


def read(
    source: OpenFile,
    *,
    path: str,
    source_name: str | None = None,
    columns: str | None = None,
    score_max: float | None = None,
) -> Iterator[Batch]:
    """Yield what each column was taken for, then the attempts.

    A row that breaks a rule is quarantined. Raises FileRefused where the table cannot
    be parsed, or where columns that it needs are missing.
    """
    import duckdb

    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            rows = _rows(connection, source, path)
            names, records = _with_names(rows)
            ours = mapping.by_name(names, columns)
            taken = [(names.index(ours[each]) + 1, ours[each], each) for each in ours]
            yield Batch(TABLE_COLUMNS, sorted(taken), [], 0)
            stem = os.path.basename(path).split(".")[0] or "table"
            make = _Attempts(ours, source_name or "table", stem, score_max)
            yield from _batches(records, make, source.size_bytes)
    except duckdb.Error as error:
        first_lines = " ".join(str(error).split())[:300]
        raise file_refused("syntax", f"DuckDB cannot parse it: {first_lines}") from None


def _batches(records: Iterator[Any], make: "_Attempts", size: int) -> Iterator[Batch]:
    rows, quarantined, line = [], [], 0
    for line, record in enumerate(records, 1):
        try:
            rows.append(make.row(line, record))
        except RecordRefused as refused:
            excerpt = json.dumps(record, ensure_ascii=False)
            quarantined.append(refused.at_line(line, excerpt))
        if len(rows) + len(quarantined) == BATCH_RECORDS:
            yield Batch(TABLE_ATTEMPTS, rows, quarantined, 0)
            rows, quarantined = [], []
    if not line:
        raise file_refused("empty_file", "the table has no row")
    if rows or quarantined:
        yield Batch(TABLE_ATTEMPTS, rows, quarantined, size)


class _Attempts:
    """Makes attempts of the rows of a table."""

    def __init__(
        self, ours: dict[str, str], source: str, stem: str, score_max: float | None
    ):
        self._ours = ours
        self._source = source
        self._stem = stem
        self._score_max = score_max
        self._counts: Counter[tuple] = Counter()

    def row(self, line: int, record: "dict[str, Any] | RecordRefused") -> tuple:
        """Return a row as an attempt; raise RecordRefused for what breaks a rule."""
        if isinstance(record, RecordRefused):
            raise record
        cells = {ours: _cell(record.get(name)) for ours, name in self._ours.items()}
        made: dict[str, Any] = {"line": line, "source": self._source}
        for column in TABLE_ATTEMPTS.columns:
            cell = cells.get(column.name)
            is_text = column.name in _IDENTIFIERS
            if (not cell or not cell.strip()) if is_text else values.is_missing(cell):
                made.setdefault(column.name, None)
            elif column.name == "score":
                made["score"] = values.score(self._ours["score"], cell, self._score_max)
            elif column.rule and column.name != "status":
                made[column.name] = column.rule(self._ours[column.name], cell)
        if made["task_id"] is None:
            raise RecordRefused("empty_text", f"{self._ours['task_id']} is empty")
        self._name(made)
        made["status"] = _status(cells, made["score"])
        key = [made[each.name] for each in TABLE_ATTEMPTS.columns[2:9]]
        made["attempt_number"] = None
        if made["attempt"] is None:
            self._counts[tuple(key)] += 1
            made["attempt_number"] = self._counts[tuple(key)]
        # An error's text says more than the status that it gives.
        taken = set(self._ours.values()) - {
            self._ours[each] for each in ("status", "error") if each in self._ours
        }
        rest = {name: record[name] for name in record if name not in taken}
        rest = {name: value for name, value in rest.items() if value not in (None, "")}
        made["attributes"] = (
            json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else None
        )
        return tuple(made[name] for name in TABLE_ATTEMPTS.types)

    def _name(self, made: dict[str, Any]) -> None:
        """Give names to what the row does not name."""
        parts = [made["scaffold"], made["model"], made["effort"]]
        if made["agent"] is None:
            if made["model"] is None:
                raise RecordRefused("empty_text", "agent and model are empty")
            made["agent"] = " ".join(part for part in parts if part)
        made["model"] = made["model"] or made["agent"]
        made["benchmark"] = made["benchmark"] or self._stem
        for name, default in _DEFAULTS.items():
            made[name] = made[name] or default


def _status(cells: dict[str, str | None], score: float | None) -> str:
    has_score = score is not None
    status = values.status(
        cells.get("status"), is_error_column=False, has_score=has_score
    )
    if status in ("scored", "unscored"):
        error = cells.get("error")
        return values.status(error, is_error_column=True, has_score=has_score)
    return status


def _cell(value: Any) -> str | None:
    """Return a value as text; a JSON object or list as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _rows(connection: Any, source: OpenFile, path: str) -> Any:
    """Return the parsed rows: JSON objects as one column of text, else cells of text."""
    head = source.head(1_000_000)
    compression = next(
        (name for mark, name in _COMPRESSIONS.items() if head.startswith(mark)), "none"
    )
    # Not the path, in which DuckDB would take `*` and `[` for a pattern.
    name = source.descriptor_path
    if head.startswith(_PARQUET):
        sql = "select columns(*)::varchar from read_parquet($name)"
        return connection.execute(sql, {"name": name})
    if head.startswith(_UTF16):
        raise file_refused("wrong_encoding", "it is UTF-16")
    packed = {"name": name, "compression": compression}
    if compression == "none":
        text = head.decode("utf-8", errors="replace")
    else:
        sql = """
            select * from read_csv(
                $name, compression = $compression, header = false,
                all_varchar = true, delim = '\x01', quote = '', escape = ''
            )
            limit 1
        """
        line = connection.execute(sql, packed).fetchone()
        text = line[0] if line and line[0] else ""
    text = text.lstrip("\ufeff \r\n\t")
    if text[:1] in ("{", "["):
        form = "array" if text.startswith("[") else "newline_delimited"
        sql = "select json::varchar as json from read_json_objects($name, "
        sql += f"format = '{form}', compression = $compression)"
        return connection.execute(sql, packed)
    header = text.partition("\n")[0].rstrip("\r")
    separator = mapping.delimiter(header)
    # Nothing is left to DuckDB to guess: not what to skip, nor what a comment is.
    sql = """
        select * from read_csv(
            $name, compression = $compression, header = true, all_varchar = true,
            delim = $separator, quote = '"', escape = '"', skip = 0, comment = '',
            null_padding = false, ignore_errors = false, strict_mode = true,
            max_line_size = 100000000
        )
    """
    rows = connection.execute(sql, packed | {"separator": separator})
    count = len(next(csv.reader([header], delimiter=separator), []))
    if len(rows.description) != count:
        what = f"the header has {count} columns, the rows {len(rows.description)}"
        raise file_refused("syntax", what, line=1)
    return rows


def _with_names(rows: Any) -> tuple[list[str], Iterator[Any]]:
    """Return the names of a table's columns, and its rows as mappings."""
    names = [column[0] for column in rows.description]
    if names == ["json"]:
        first = rows.fetchmany(BATCH_RECORDS)
        found: dict[str, None] = {}
        decoded = [_decoded(text) for (text,) in first]
        for record in decoded:
            if isinstance(record, dict):
                found.update(dict.fromkeys(record))
        return list(found), _chained(decoded, rows)
    return names, (dict(zip(names, row, strict=True)) for row in _fetched(rows))


def _chained(decoded: list[Any], rows: Any) -> Iterator[Any]:
    yield from decoded
    for (text,) in _fetched(rows):
        yield _decoded(text)


def _fetched(rows: Any) -> Iterator[tuple]:
    while some := rows.fetchmany(BATCH_RECORDS):
        yield from some


def _decoded(text: str) -> "dict[str, Any] | RecordRefused":
    """Return a JSON object with its numbers as they are written, or what is wrong."""
    try:
        record = json.loads(
            text,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except RecordRefused as refused:
        return refused
    except (ValueError, RecursionError):
        return RecordRefused("invalid_json", "it is no JSON")
    if not isinstance(record, dict):
        return RecordRefused("not_a_record", "it is no object")
    if rules.is_deeper(record, MAX_DEPTH):
        return RecordRefused("too_deep", "it nests too deep")
    return record


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise rules.duplicate_field(names)
    return dict(pairs)
