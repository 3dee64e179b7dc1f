"""Tables of attempts: long rows, many damaged ones, packed floods."""

import gzip
import json

import duckdb
import pytest
from attempt_tables import batches, read

from loaders.__main__ import main
from loaders.contract import unpacked
from loaders.contract.records import FileRefused
from loaders.table import opening, reader, row_limits


def test_rows_of_a_megabyte_are_written_some_at_a_time(tmp_path):
    # To check JSON of so many small values takes 25 times its bytes.
    path = tmp_path / "x.jsonl"
    rows = [
        {"task": f"t{number}", "agent": "a", "score": 1, "x": [1] * 330_000}
        for number in range(60)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    db = tmp_path / "x.duckdb"
    assert main([str(path), "--db", str(db)]) == 0
    with duckdb.connect(str(db), read_only=True) as connection:
        found = connection.execute(
            "select task_id, strlen(attributes::varchar) from raw.table_attempts"
        ).fetchall()
    assert sorted(task for task, _ in found) == sorted(row["task"] for row in rows)
    assert all(length > 660_000 for _, length in found)


@pytest.mark.parametrize("most", [1, 300])
def test_long_rows_are_decided_some_at_a_time(tmp_path, monkeypatch, most):
    rows = [
        {"task": f"t{n}", "agent": "a", "score": "50%" if n % 3 else "5", "x": [n] * 9}
        for n in range(40)
    ]
    content = "".join(json.dumps(row) + "\n" for row in rows)
    expected = read(tmp_path / "x.jsonl", content, score_max=100)
    monkeypatch.setattr(reader, "_ODD_BYTES", most)
    assert read(tmp_path / "x.jsonl", content, score_max=100) == expected
    attempts_, _ = expected
    assert [row["score"] for row in attempts_[:3]] == [0.05, 0.5, 0.5]


def test_damaged_rows_of_a_packed_table_are_counted_before_duckdb_is_asked(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(reader, "MAX_REFUSED", 3)
    content = "task,agent,score\nt,a,1\n" + "t,a\n" * 2
    for damaged in ("t,a\n", '"t"x,a,1\n'):
        packed = gzip.compress((content + damaged).encode())
        with pytest.raises(FileRefused, match="3 rows and more") as refused:
            batches(tmp_path / "x.csv.gz", packed)
        assert refused.value.reason_code == "too_many_refused"
    rows, kept_back = read(tmp_path / "x.csv.gz", gzip.compress(content.encode()))
    assert (len(rows), len(kept_back)) == (1, 2)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_packed_table_that_grows_without_end_is_refused(
    tmp_path, monkeypatch, suffix
):
    monkeypatch.setattr(unpacked, "MOST_BYTES", 10_000)
    row = '{"task":"t","agent":"a","score":1}\n' if suffix == "jsonl" else "t,a,1\n"
    head = "" if suffix == "jsonl" else "task,agent,score\n"
    packed = gzip.compress((head + row * 100_000).encode())
    with pytest.raises(FileRefused) as refused:
        batches(tmp_path / f"x.{suffix}.gz", packed)
    assert refused.value.reason_code == "too_large"


def test_parquet_has_no_more_rows_than_its_size_tells(tmp_path, monkeypatch):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 't' || i as task, 'a' as agent, 1 as score "
            f"from range(40) as numbers(i)) to '{path}' (format parquet)"
        )
    content = path.read_bytes()
    monkeypatch.setattr(row_limits, "MAX_ROWS", 40)
    monkeypatch.setattr(row_limits, "ROW_BYTES", len(content))
    assert len(read(path, content)[0]) == 40
    monkeypatch.setattr(row_limits, "MAX_ROWS", 39)
    with pytest.raises(FileRefused, match="it has 40 rows in") as refused:
        batches(path, content)
    assert refused.value.reason_code == "too_many_rows"
    # A larger file may have more.
    monkeypatch.setattr(row_limits, "ROW_BYTES", len(content) // 40)
    assert len(read(path, content)[0]) == 40


PACKED = {
    "csv": "task,agent,score\n" + "t,a,1\n" * 39,
    "jsonl": '{"task":"t","agent":"a","score":1}\n' * 40,
    # An object inside a row is not a row.
    "json": json.dumps([{"task": "t", "agent": "a", "score": 1, "more": {}}] * 40),
}


@pytest.mark.parametrize("suffix", PACKED)
def test_packed_text_has_no_more_rows_than_its_size_tells(
    tmp_path, monkeypatch, suffix
):
    """The header of CSV is a row too."""
    path, content = tmp_path / f"x.{suffix}.gz", gzip.compress(PACKED[suffix].encode())
    monkeypatch.setattr(row_limits, "MAX_ROWS", 40)
    monkeypatch.setattr(row_limits, "ROW_BYTES", len(content))
    assert len(read(path, content)[0]) == 40 - (suffix == "csv")
    monkeypatch.setattr(row_limits, "MAX_ROWS", 39)
    with pytest.raises(FileRefused, match="it has 40 rows in") as refused:
        batches(path, content)
    assert refused.value.reason_code == "too_many_rows"
    # What is not packed has the bytes of its rows.
    plain = path.with_suffix("")
    assert read(plain, PACKED[suffix].encode())[0]


def test_lines_of_a_cell_are_no_rows(tmp_path, monkeypatch):
    text = "\n" * 600_000 + 'say ""no""' + "\n" * 600_000
    content = f'task,agent,score,note\nt,a,1,"{text}"\nu,a,0,b\n'.encode()
    monkeypatch.setattr(row_limits, "MAX_ROWS", 3)
    monkeypatch.setattr(row_limits, "ROW_BYTES", 1 << 30)
    rows, kept_back = read(tmp_path / "x.csv.gz", gzip.compress(content))
    assert (len(rows), len(kept_back)) == (2, 0)


def test_packed_csv_has_no_more_cells_than_its_size_tells(tmp_path, monkeypatch):
    # Three separators in each of ten lines.
    content = gzip.compress(b"task,agent,score,x\n" + b"t,a,1,\n" * 9)
    monkeypatch.setattr(row_limits, "MAX_CELLS", 30)
    monkeypatch.setattr(row_limits, "BYTE_CELLS", 0)
    assert len(read(tmp_path / "x.csv.gz", content)[0]) == 9
    monkeypatch.setattr(row_limits, "MAX_CELLS", 29)
    with pytest.raises(FileRefused, match="it has 30 cells in") as refused:
        batches(tmp_path / "x.csv.gz", content)
    assert refused.value.reason_code == "too_many_rows"


@pytest.mark.parametrize(
    ("column", "byte_count"),
    # A task and an agent take three bytes more; four bytes are an item of a list.
    [
        ("repeat('x', 97)", 40 * 100),
        ("[1, 2]", 40 * 11),
        ("'\\xAA\\xAA'::blob", 40 * 5),
    ],
)
def test_equal_texts_of_parquet_are_no_longer_than_its_size_tells(
    tmp_path, monkeypatch, column, byte_count
):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'tt' as task, 'a' as agent, 1 as score, {column} as x, i "
            f"from range(40) as numbers(i)) to '{path}' (format parquet)"
        )
    content = path.read_bytes()
    monkeypatch.setattr(opening, "_MOST_GROWTH", 0)
    monkeypatch.setattr(opening, "_LONG_BYTES", byte_count)
    assert len(read(path, content)[0]) == 40
    monkeypatch.setattr(opening, "_LONG_BYTES", byte_count - 1)
    with pytest.raises(FileRefused, match=f"40 rows hold {byte_count:,}") as refused:
        batches(path, content)
    assert refused.value.reason_code == "records_too_long"
    # Of more rows only so many are in memory at a time.
    monkeypatch.setattr(opening, "_ROWS_AT_A_TIME", 20)
    assert len(read(path, content)[0]) == 40
