"""Tables of attempts for tests, and what the reader makes of them."""

import csv
import io
import json
from pathlib import Path

import duckdb

from loaders.contract.files import OpenFile
from loaders.contract.records import Quarantined
from loaders.contract.table_options import TableOptions
from loaders.table import reader, user_options
from loaders.table.tables import TABLE_ATTEMPTS

COLUMNS = list(TABLE_ATTEMPTS.types)
HEADER = "task,agent,score,cost,epoch,temperature\n"
ROWS = [
    {"task": "007", "agent": "a", "score": "0.5", "cost": "1.25", "temperature": "0.7"},
    {"task": "1e5", "agent": "b", "score": "1", "cost": None, "temperature": "0.20"},
    {"task": "1e5", "agent": "b", "score": None, "cost": "0", "temperature": "é\n,x"},
]


def options(columns: str = "", **told) -> TableOptions:
    return user_options.with_columns(TableOptions(**told), [columns] if columns else [])


def batches(path: Path, content: str | bytes | None = None, **told) -> list:
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with path.open("rb") as file:
        read = reader.read(OpenFile(file), path=str(path), options=options(**told))
        return list(read)


def read(path: Path, content: str | bytes | None = None, **told):
    """Return the attempts, by column, and the quarantine entries of a file."""
    attempts = [
        batch
        for batch in batches(path, content, **told)
        if batch.table is TABLE_ATTEMPTS
    ]
    rows = [
        dict(zip(COLUMNS, row, strict=True)) for batch in attempts for row in batch.rows
    ]
    for row in rows:
        # Text on its way to DuckDB.
        row["is_success"] = {"true": True, "false": False}.get(
            row["is_success"], row["is_success"]
        )
    return (
        sorted(rows, key=lambda row: row["line"]),
        sorted(
            (entry for batch in attempts for entry in batch.quarantined),
            key=lambda entry: entry.line,
        ),
    )


def one(tmp_path: Path, name: str, cell: str, **told) -> dict | Quarantined:
    """Return what becomes of a row with one cell more, or another one."""
    score = "1" if "decimal" in told else "0.5"
    cells = {"task": "t", "agent": "a", "score": score, name: cell}
    content = "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"
    rows, quarantined = read(tmp_path / "x.tsv", content, **told)
    assert len(rows) + len(quarantined) == 1
    return (rows or quarantined)[0]


def write_rows(rows: list[dict], form: str, path: Path) -> Path:
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif form == "json":
        path.write_text(json.dumps(rows, indent=1))
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue())
    if form == "parquet":
        as_csv = path.rename(path.with_suffix(".csv"))
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (from read_csv('{as_csv}', all_varchar = true, delim = ',', "
                f"quote = '\"', escape = '\"')) to '{path}' (format parquet)"
            )
    return path
