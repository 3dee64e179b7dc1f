"""Tables of long rows: DuckDB is given some at a time, and makes the same of them."""

import json
from pathlib import Path

import duckdb
import pytest
from attempt_tables import read

from loaders.contract.files import OpenFile, open_regular
from loaders.table import cells, opening

TYPES = """
    '{"x":[1,2]}'::json as j, '00000000-0000-0000-0000-000000000001'::uuid as u,
    time '01:02:03.5' as t, i::decimal(9, 2) / 4 as d, 1.5::float as f,
    case when i % 2 = 0 then 'nan'::double else i / 2 end as n, i % 2 = 0 as b,
    'ab'::blob as bl, '\\xff'::blob as bx, date '2026-01-02' as da,
    timestamp_ns '2026-01-02 03:04:05.123456789' as ns,
    timestamptz '2026-01-02 03:04:05+02' as tz, timestamp_s '2026-01-02 03:04:05' as s,
    ['x', null] as li, {'a': i, 'b': [1.5, null]} as st, map {'k': i} as m,
    i::utinyint as ui, (i * 1000000000000)::ubigint as ub, null::integer as nu,
    'green'::enum('red', 'green') as e, '' as empty, interval 90 seconds as iv
"""


def parquet(folder: Path) -> bytes:
    path = folder / "made"
    duckdb.execute(
        f"copy (select 't' || i as task, 'a' as agent, (i % 3) / 2 as score, {TYPES} "
        f"from range(50) as numbers(i)) to '{path}' (format parquet)"
    )
    return path.read_bytes()


def rows_of_json() -> list[str]:
    rows = [
        {"task": f"t{at}", "agent": "a", "score": 1, "x": [at, {"é": None}], "y": 1e-7}
        for at in range(50)
    ]
    return [*map(json.dumps, rows), "[1]", '{"task":"n","agent":"a","score":7}']


CONTENTS = {
    "x.parquet": parquet,
    "x.jsonl": lambda _folder: "\n".join(rows_of_json()).encode(),
    "x.json": lambda _folder: f"[{','.join(rows_of_json())}]".encode(),
    "x.csv": lambda _folder: (
        "task,agent,score,x\n" + 't,a,1,"two\nlines"\n' * 50 + "t,a\nt,a,7,\n"
    ).encode(),
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("many", [0, 40])
def test_few_rows_at_a_time_give_what_many_do(tmp_path, monkeypatch, name, many):
    content = CONTENTS[name](tmp_path)
    expected = read(tmp_path / name, content)
    assert len(expected[0]) >= 50
    monkeypatch.setattr(cells, "_MANY", many)
    assert read(tmp_path / name, content) == expected
    monkeypatch.setattr(opening, "_MADE_BYTES", 700)
    assert read(tmp_path / name, content) == expected


def test_attributes_of_many_columns_are_text_lists_and_objects(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "_MANY", 0)
    rows, _ = read(tmp_path / "x.parquet", parquet(tmp_path))
    found = json.loads(rows[2]["attributes"])
    assert found["d"] == "0.5"
    assert found["st"] == {"a": 2, "b": [1.5, None]}
    assert found["li"] == ["x", None]
    assert found["tz"] == "2026-01-02 01:04:05"
    assert {"n", "nu", "empty"}.isdisjoint(found)
    assert list(found) == sorted(found)


def test_names_are_written_alike_in_all_formats(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "_MANY", 0)
    row = {"task": "t", "agent": "a", "score": "1", "b\u001fc": "x", 'a"/': "y"}
    lines, _ = read(tmp_path / "x.jsonl", json.dumps(row))
    table, _ = read(tmp_path / "x.csv", 'task,agent,score,b\u001fc,"a""/"\nt,a,1,x,y\n')
    assert lines[0]["attributes"] == r'{"a\"/":"y","b\u001Fc":"x"}'
    assert table[0]["attributes"] == lines[0]["attributes"]


def test_how_many_rows_are_made_at_a_time_depends_on_all_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_MADE_BYTES", 10_000)
    monkeypatch.setattr(opening, "HEAD_BYTES", 2_000)
    path = tmp_path / "x.csv"
    found = []
    for count in (1, 1_000):
        path.write_text("task,agent,score\n" + "t" * 1_979 + ",a\n" + "t,a,1\n" * count)
        with duckdb.connect() as connection, open(path, "rb"):
            table = opening.Table.__new__(opening.Table)
            table._connection, table._name = connection, str(path)
            table._head = table._read_head()
            found.append(table._rows_at_a_time(b"\n"))
    # 3 lines of 2,006 bytes, then 1,002 of 8,000: 14 and 1,252 take 10,000 bytes.
    assert found == [15, 1_253]


@pytest.mark.parametrize("value", ["1", '"t"', "[2]"])
def test_values_of_an_array_that_are_no_objects_are_rows_too(tmp_path, value):
    """One at a time, millions of numbers took many minutes."""
    path = tmp_path / "x.json"
    row = '{"task":"t","agent":"a","score":1}'
    path.write_text("[" + ",".join([row, *[value] * 20_000]) + "]")
    with (
        duckdb.connect() as connection,
        open_regular(str(path)) as file,
        opening.Table(OpenFile(file), connection) as table,
    ):
        assert table.opened().rows_at_a_time == 16_384
