"""No number changes when the same runs are kept in other files.

Files are renamed, listed in another order, packed by gzip or zstd, and zipped, once
more; all public views must have the same rows, but for what names files.
"""

import gzip
import json
import random
import zipfile
from pathlib import Path

import duckdb
import pytest
from backports import zstd
from corpus import metr_jsonl, zips
from many_models import write

MODEL_COUNT, EVALUATION_COUNT = 30, 60
# What tells files apart: their hashes, paths, sizes, times, and where a record is.
ABOUT_FILES = {
    *("file_id", "path", "paths", "size_bytes", "loaded_at", "first_loaded_at"),
    *("line", "position", "pointer", "member", "trace_number", "format", "sha256"),
    *("loader_version", "detail", "note"),
}
# Views about files, by file or by place in a file.
# `views` counts their rows.
OF_FILES = {"load_report", "quarantine", "attempt_sources", "views"}


def runs(count: int) -> list[str]:
    """Return lines of METR's runs of a few models at a few tasks."""
    draw = random.Random(count)
    lines = []
    for number in range(count):
        task = draw.randrange(8)
        is_solved = draw.random() < 0.9 - 0.1 * task
        start = 1734070031000 + 10**6 * number
        lines.append(
            metr_jsonl.run(
                number,
                task_id=f"f{task % 3}/{task}",
                task_family=f"f{task % 3}",
                alias=f"Model {number % 4}",
                model=f"m{number % 4}",
                score=float(is_solved),
                score_binarized=int(is_solved),
                human_minutes=2.0**task,
                started_at=start,
                completed_at=start + draw.randrange(10**6),
            )
        )
    return lines


def as_written(folder: Path) -> None:
    write(folder, MODEL_COUNT, EVALUATION_COUNT)
    (folder / "runs.jsonl").write_text("".join(runs(80)))


def kept_otherwise(folder: Path, written: Path) -> None:
    """Write the same runs into other files, in another order."""
    draw = random.Random("kept otherwise")
    traces = sorted(written.glob("*_UPLOAD.json"))
    draw.shuffle(traces)
    contents = [path.read_bytes() for path in traces]
    lines = (written / "runs.jsonl").read_text().splitlines()
    draw.shuffle(lines)
    array = "[" + ",\n".join(lines) + "]"
    (folder / "a.json.zst").write_bytes(zstd.compress(array.encode()))
    renamed, packed, listed, by_line, zipped = (contents[at::5] for at in range(5))
    for number, content in enumerate(renamed):
        indented = json.dumps(json.loads(content), indent=1)
        (folder / f"{number:02}.json").write_text(indented)
    for number, content in enumerate(packed):
        pack, suffix = ((gzip.compress, "gz"), (zstd.compress, "zst"))[number % 2]
        (folder / f"{number:02}.{suffix}").write_bytes(pack(content))
    (folder / "list").write_bytes(b"[" + b",".join(listed) + b"]")
    (folder / "lines.jsonl.gz").write_bytes(gzip.compress(b"\n".join(by_line)))
    members = [
        (f"{number}.encrypted", zips.member(zips.token(content)))
        for number, content in enumerate(zipped)
    ]
    half = len(members) // 2
    (folder / "1.zip").write_bytes(zips.zipped(*members[:half]))
    again = zips.zipped(
        *members[half:], ("__MACOSX/._0", ""), method=zipfile.ZIP_STORED
    )
    (folder / "2.zip.zst").write_bytes(zstd.compress(again))


def numbers(warehouse: Path) -> dict[str, list[tuple]]:
    """Return the rows of each public view, without what tells files apart."""
    found = {}
    with duckdb.connect(warehouse, read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'main' and not internal order by all"
        ).fetchall()
        quarantine = connection.sql("from raw.quarantine").fetchall()
        assert quarantine == []
        by_view: dict[str, list[str]] = {}
        for view, column in columns:
            if view not in OF_FILES and column not in ABOUT_FILES:
                by_view.setdefault(view, []).append(f'"{column}"')
        for view, names in by_view.items():
            query = f'select {", ".join(names)} from "{view}" order by all'
            found[view] = connection.execute(query).fetchall()
    return found


@pytest.mark.slow
def test_no_number_changes_with_the_files(warehouse_of, tmp_path):
    folders = {name: tmp_path / name for name in ("written", "otherwise")}
    for folder in folders.values():
        folder.mkdir()
    as_written(folders["written"])
    kept_otherwise(folders["otherwise"], folders["written"])
    first, second = (
        numbers(warehouse_of(folder, with_inference=True))
        for folder in folders.values()
    )
    # METR's models have an evaluation each.
    assert len(first["evaluations"]) == EVALUATION_COUNT + 4
    assert len(first["attempts"]) == 8 * EVALUATION_COUNT + 80
    assert set(first) == set(second)
    assert len(first) > 40
    for view, rows in first.items():
        assert rows == second[view], view
