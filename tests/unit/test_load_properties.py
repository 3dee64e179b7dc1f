"""Whatever a file holds, the command accounts for all of it and changes nothing twice.

The readers' own tests try records of every kind. Here files go all the way into a
warehouse, whole and with bytes spoilt; `make soak` tries more of them.
"""

import contextlib
import io
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from corpus import hal, metr_jsonl, metr_yaml, zips
from corpus.names import quoted
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import __main__ as cli
from loaders.contract import rules
from loaders.contract.visible import is_visible

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
visible_names = names.filter(lambda name: is_visible(rules.canonical(name)))
scores = st.one_of(
    st.floats(0, 1),
    st.sampled_from([0, 1, -0.5, 2, None, "1", True, [], float("nan"), 10**400]),
)
counts = st.sampled_from([0, 3, 10**9, 2**63, -1, 1.5, 3.0, None, "3", True])
run_ids = st.lists(visible_names, min_size=1, max_size=5, unique=True)
runs = st.lists(st.tuples(scores, counts), min_size=5, max_size=5)
# A place, a number of bytes to leave out there and some to put in.
spoilings = st.one_of(
    st.none(),
    st.tuples(st.floats(0, 1), st.integers(0, 9), st.binary(max_size=3)),
    st.tuples(st.floats(0, 1), st.just(10**9), st.just(b"")),
)


def yaml_file(ids: list[str], values: list[tuple[Any, Any]]) -> bytes:
    lines = [f"{quoted(ids[0])}:\n  {quoted(ids[-1])}:\n"]
    for run_id, (score, count) in zip(ids, values, strict=False):
        fields = {"score": json.dumps(score), "action_count": json.dumps(count)}
        lines.append(metr_yaml.run(quoted(run_id), agent=quoted(ids[0]), **fields))
    return "".join(lines).encode()


def jsonl_file(ids: list[str], values: list[tuple[Any, Any]]) -> bytes:
    lines = [
        metr_jsonl.written(run_id, score=json.dumps(score), note=json.dumps(count))
        for run_id, (score, count) in zip(ids, values, strict=False)
    ]
    return "".join(lines).encode()


def trace_file(ids: list[str], values: list[tuple[Any, Any]]) -> bytes:
    named = list(zip(ids, values, strict=False))
    return hal.text(
        hal.trace(
            {"run_id": ids[0], "agent_name": ids[-1]},
            {
                "accuracy": values[0][0],
                "successful_tasks": ids,
                "latencies": {
                    name: {"total_time": score} for name, (score, _) in named
                },
            },
            task_step_counts={name: count for name, (_, count) in named},
            total_usage={
                name: {"prompt_tokens": 9, "completion_tokens": count}
                for name, (_, count) in named
            },
            raw_logging_results=[
                hal.CALL | {"id": name, "parent_id": count}
                for name, (_, count) in named
            ],
        )
    )


def zip_file(ids: list[str], values: list[tuple[Any, Any]]) -> bytes:
    token = zips.token(trace_file(ids, values))
    return zips.zipped(("a.encrypted", zips.member(token)))


# How a format is written, and the columns in which an id must come back.
FILES = {
    ".yaml": (yaml_file, "raw.metr_runs", "run_id"),
    ".jsonl": (jsonl_file, "raw.metr_horizon_runs", "run_id"),
    "_UPLOAD.json": (trace_file, "raw.hal_task_results", "task_id"),
    "_UPLOAD.zip": (zip_file, "raw.hal_task_results", "task_id"),
}
files = st.tuples(st.sampled_from(list(FILES)), run_ids, runs, spoilings)


def file_name(number: int, suffix: str) -> str:
    """Return a name that sorts by its number, as a folder is loaded."""
    return f"{number:02}{suffix}"


def spoilt(content: bytes, spoiling: tuple[float, int, bytes] | None) -> bytes:
    if spoiling is None:
        return content
    share, length, put_in = spoiling
    at = int(share * len(content))
    return content[:at] + put_in + content[at + length :]


def load(folder: Path) -> list[dict]:
    """Run the command on a folder, and return what it says of each file."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as said,
        contextlib.redirect_stderr(io.StringIO()),
    ):
        code = cli.main([str(folder), "--json", "--db", str(folder / "x.duckdb")])
    results = [json.loads(line) for line in said.getvalue().splitlines()]
    is_whole = all(
        result["status"] in ("loaded", "unchanged") and not result["quarantined_count"]
        for result in results
    )
    assert code == (0 if is_whole else 1)
    return results


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(folder / "x.duckdb", read_only=True)


def contents(folder: Path) -> dict[str, list[tuple]]:
    """Return the rows of each raw table."""
    with opened(folder) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() order by table_name"
        ).fetchall()
        # The times at which a path was met may be kept by a later load.
        return {
            name: connection.execute(f"from raw.{name} order by all").fetchall()
            for (name,) in tables
            if name != "file_paths"
        }


def check(made: list[tuple]) -> None:
    """Load files twice, and compare what became of each with what it holds."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number, (suffix, ids, values, spoiling) in enumerate(made):
            content = spoilt(FILES[suffix][0](ids, values), spoiling)
            (folder / file_name(number, suffix)).write_bytes(content)
        results, first = load(folder), contents(folder)
        assert len(results) == len(made)
        for result, each in zip(results, made, strict=True):
            check_counts(result, *each)
        with opened(folder) as connection:
            check_rows(connection, first)
            check_ids(connection, made)
        again = load(folder)
        assert contents(folder) == first
        for result, before in zip(again, results, strict=True):
            is_refused = before["status"] == "refused"
            assert result["status"] == ("refused" if is_refused else "unchanged")


def check_counts(result: dict, suffix: str, ids: list, _: list, spoiling: Any) -> None:
    if result["status"] == "refused":
        assert result["reasons"][0]["detail"]
        return
    count = result["loaded_count"] + result["quarantined_count"]
    assert result["record_count"] == count
    if suffix in (".yaml", ".jsonl") and spoiling is None:
        assert count == len(ids)


def check_rows(
    connection: duckdb.DuckDBPyConnection, found: dict[str, list[tuple]]
) -> None:
    """Each file has as many rows as are counted, and as many refusals."""
    loaded, quarantined = Counter(), Counter(row[0] for row in found["quarantine"])
    for name, rows in found.items():
        if name.startswith(("metr_", "hal_")) and not name.endswith("_warnings"):
            loaded.update(row[0] for row in rows)
    query = "select file_id, status, loaded_count, quarantined_count from raw.files"
    files_told = connection.execute(query).fetchall()
    for file_id, status, loaded_count, quarantined_count in files_told:
        assert loaded[file_id] == loaded_count
        assert quarantined[file_id] == quarantined_count + (status == "refused")


def check_ids(connection: duckdb.DuckDBPyConnection, made: list[tuple]) -> None:
    """What is loaded from a file that was not spoilt has an id that appears there."""
    for number, (suffix, ids, _, spoiling) in enumerate(made):
        _, table, column = FILES[suffix]
        found = connection.execute(
            f"select {column} from {table} inner join raw.file_paths using (file_id) "
            f"where file_paths.path like '%/{file_name(number, suffix)}'"
        ).fetchall()
        if spoiling is None:
            assert {name for (name,) in found} <= set(map(rules.canonical, ids))


@pytest.mark.slow
# The same files each time; `make soak` looks for others.
@settings(max_examples=8)
@given(st.lists(files, min_size=4, max_size=8))
def test_all_is_accounted_for_and_nothing_is_loaded_twice(made):
    check(made)
