"""Rows with long texts: written with memory for them, or refused by name."""

import json
import zipfile
from pathlib import Path

import duckdb
import pytest

from loaders.__main__ import main
from loaders.warehouse import long_rows, schema

RUN = {
    "run_id": "r",
    "task_id": "f/v",
    "task_family": "f",
    "alias": "a",
    "model": "m",
    "score": 1,
    "score_binarized": 1,
    "human_minutes": 1,
}


def loaded(db: Path) -> dict[str, int]:
    """Return how many bytes the attributes of each task have."""
    query = "select task_id, strlen(attributes::varchar) from raw.table_attempts"
    with duckdb.connect(str(db), read_only=True) as connection:
        return dict(connection.execute(query).fetchall())


def write_table(path: Path, count: int, text_bytes: int) -> None:
    rows = (
        {"task": f"t{at}", "agent": "a", "score": 1, "x": "m" * text_bytes}
        for at in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def little_memory(monkeypatch):
    """Let DuckDB have less than forty rows of a megabyte take."""
    monkeypatch.setattr(schema, "MEMORY_LIMIT_MB", 40)
    monkeypatch.setattr(long_rows, "MEMORY_LIMIT_MB", 40)
    monkeypatch.setattr(long_rows, "_SHORT_BYTES", 5_000_000)


def test_the_last_rows_are_those_that_are_written_at_a_time():
    last = long_rows.Last()
    assert last.add("t", 1_000, 1_000) == 1_000
    assert last.add("u", 1, 7) == 7
    assert last.add("t", 1_048, 5_000) == 6_000
    # Of the first thousand the last 500 are still among 2,048.
    assert last.add("t", 500, 250) == 500 + 5_000 + 250
    assert last.most_bytes == 5_750
    # Of five thousand rows 2,048.
    assert last.add("t", 5_000, 50_000) == 20_480
    assert last.most_bytes == 20_480


def test_long_rows_are_written_with_the_memory_that_they_need(tmp_path, little_memory):
    path, db = tmp_path / "x.jsonl", tmp_path / "x.duckdb"
    write_table(path, 40, 1_000_000)
    assert main([str(path), "--db", str(db)]) == 0
    found = loaded(db)
    assert len(found) == 40
    assert min(found.values()) > 1_000_000


def test_rows_for_which_memory_is_too_little_refuse_their_file_alone(
    tmp_path, little_memory, monkeypatch, capsys
):
    monkeypatch.setattr(long_rows.LongRows, "make_room", lambda _self: None)
    folder, db = tmp_path / "in", tmp_path / "x.duckdb"
    folder.mkdir()
    write_table(folder / "a.jsonl", 40, 1_000_000)
    (folder / "b.jsonl").write_text(json.dumps(RUN) + "\n")
    assert main([str(folder), "--db", str(db)]) == 1
    assert "a.jsonl: refused: records_too_long" in capsys.readouterr().out
    with duckdb.connect(str(db), read_only=True) as connection:
        query = "select count(*) from raw.metr_horizon_runs"
        assert connection.execute(query).fetchone() == (1,)
    assert loaded(db) == {}


def test_a_packed_log_holds_no_longer_rows_than_itself(tmp_path, monkeypatch, capsys):
    head = {"version": 2, "status": "success"}
    head["eval"] = {"eval_id": "e", "task": "t", "model": "m"}
    samples = [
        {"id": at, "epoch": 1, "metadata": {"x": f"{at}" * 30_000}} for at in range(9)
    ]
    packed = tmp_path / "packed.eval"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(head))
        for sample in samples:
            archive.writestr(f"samples/{sample['id']}.json", json.dumps(sample))
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps(head | {"samples": samples}))
    db = str(tmp_path / "x.duckdb")
    monkeypatch.setattr(long_rows, "_ANY_BYTES", 100_000)
    assert main([str(packed), "--db", db]) == 1
    out = capsys.readouterr().out
    assert "packed.eval: refused: records_too_long: 2,048 of its rows, or fewer" in out
    assert "the packed file, so unpack it" in out
    assert main([str(plain), "--db", db]) == 0
    with duckdb.connect(db, read_only=True) as connection:
        query = (
            "select count(*) from raw.inspect_samples where strlen(metadata) > 30000"
        )
        assert connection.execute(query).fetchone() == (9,)
