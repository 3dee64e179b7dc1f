"""Logs of Inspect are read as inspect_ai itself reads them, and count once.

Compared with the tables that inspect_ai wrote of each log, expected_samples.csv and
expected_evals.csv; skipped where the logs are not there.
"""

import csv
import json
import math
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import REAL_DATA
from corpus.inspect import ZSTD, zipped

from loaders.inspect.container import Archive

FOLDER = REAL_DATA / "inspect"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the logs are not here")

# inspect_ai's summaries of logs before 0.3.93 do not tell these; the samples do.
OLD = {"message_count", "metadata"}
# A list is no number here; inspect_ai makes a list of numbers of it.
LIST_VALUED = "09_list_valued.eval"
# inspect_ai says 0 for what version 1 does not count.
UNCOUNTED = "2024_v1_0.3.6_epochs1.json"


@pytest.fixture(scope="module")
def build(warehouse_of: Callable[..., Path]) -> Callable[..., Path]:
    """Build a warehouse of logs that are all loaded to the last record."""

    def built(*paths: Path) -> Path:
        warehouse = warehouse_of(*paths)
        with duckdb.connect(warehouse, read_only=True) as connection:
            kept_back = (
                "from raw.files where status <> 'loaded' or quarantined_count > 0"
            )
            assert connection.sql(kept_back).fetchall() == []
            assert connection.sql("from raw.quarantine").fetchall() == []
        return warehouse

    return built


@pytest.fixture(scope="module")
def warehouse(build: Callable[..., Path]) -> Path:
    logs = sorted(p for p in FOLDER.iterdir() if p.suffix in (".eval", ".json"))
    return build(*logs)


@pytest.fixture(scope="module")
def views(warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection


def rows(views: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    found = views.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def staged(views: duckdb.DuckDBPyConnection, name: str) -> list[dict]:
    query = f"""
        select regexp_extract(path, '[^/]+$') as file, staged.*
        from staging.stg_inspect__{name} as staged
        inner join raw.files using (file_id)
    """
    return rows(views, query)


def expected(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return None if text == "" else float(text)


def grouped(found: list[dict]) -> dict[tuple, list[dict]]:
    groups: dict[tuple, list[dict]] = {}
    for row in found:
        key = (row["file"], row["sample_id"], row["epoch"])
        groups.setdefault(key, []).append(row)
    return groups


def test_every_sample_is_as_inspect_reads_it(views):
    samples = grouped(staged(views, "samples"))
    scores, usage = grouped(staged(views, "scores")), grouped(staged(views, "usage"))
    wanted = expected("expected_samples.csv")
    assert len(wanted) == len(samples)
    differing = [
        (row["file"], row["sample_id"], name, theirs, ours)
        for row in wanted
        for key in [(row["file"], row["sample_id"], int(row["epoch"]))]
        for name, theirs, ours in compared(
            row, samples[key][0], scores.get(key, []), usage.get(key, [])
        )
        if theirs != ours
    ]
    assert differing == []


def compared(
    row: dict, sample: dict, scores: list[dict], usage: list[dict]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each value by name: inspect_ai's, and ours."""
    yield "uuid", row["sample_uuid"] or row["uuid"] or None, sample["uuid"]
    yield "error", row["sample_error"] or None, sample["error"]
    yield "limit", row["sample_limit"] or None, sample["limit_type"]
    for theirs, ours in (
        ("sample_total_time", "total_seconds"),
        ("sample_working_time", "working_seconds"),
        ("turn_count", "turn_count"),
        ("retries", "retry_count"),
    ):
        yield theirs, number(row[theirs]), sample[ours]
    for theirs, ours in (
        ("messages", "message_count"),
        ("assistant_messages", "assistant_message_count"),
        ("assistant_messages_with_tool_calls", "tool_calling_message_count"),
        ("tool_calls", "tool_call_count"),
        ("tool_messages", "tool_message_count"),
    ):
        # Of samples that were not opened only the summary's count is known.
        if sample["read_from"] == "sample":
            yield theirs, number(row[theirs]), sample[ours]
    is_old = not row["message_count"] and sample["read_from"] == "sample"
    if not is_old:
        told = json.loads(row["metadata"] or "{}")
        yield "metadata", told, json.loads(sample["metadata"] or "{}")
    told = json.loads(row["sample_scores"] or row["scores"] or "{}")
    ours = {score["scorer"]: score for score in scores}
    yield "scorers", set(told), set(ours)
    single = {score["scorer"] for score in scores if score["score_key"] == ""}
    for scorer, value in json.loads(row["score_floats"] or "{}").items():
        if scorer in single and row["file"] != LIST_VALUED:
            finite = value if value is None or math.isfinite(value) else None
            yield scorer, finite, ours[scorer]["counted_value"]
    told = json.loads(row["sample_model_usage"] or "{}")
    found = {each["name"]: each for each in usage if each["kind"] == "model"}
    yield "models", set(told), set(found)
    for model, counts in told.items():
        for theirs, ours in (
            ("input_tokens", "reported_input_tokens"),
            ("output_tokens", "reported_output_tokens"),
            ("total_tokens", "reported_total_tokens"),
            ("input_tokens_cache_read", "cache_read_tokens"),
            ("input_tokens_cache_write", "cache_write_tokens"),
            ("reasoning_tokens", "reasoning_tokens"),
            ("total_cost", "cost_usd"),
        ):
            yield theirs, counts.get(theirs), found[model][ours]


def test_every_evaluation_is_as_inspect_reads_it(views):
    evaluations = {row["file"]: row for row in staged(views, "evaluations")}
    metrics: dict[str, list] = {}
    for row in staged(views, "metrics"):
        key = (row["scorer"], row["score"], row["reducer"], row["metric_key"])
        metrics.setdefault(row["file"], []).append((*key, row["value"]))
    wanted = expected("expected_evals.csv")
    assert {row["file"] for row in wanted} == set(evaluations)
    for row in wanted:
        file, ours = row["file"], evaluations[row["file"]]
        for theirs, name in (
            ("eval_id", "eval_id"),
            ("status", "status"),
            ("model", "full_model"),
            ("writer", "writer_version"),
            ("reasoning_effort", "reasoning_effort"),
            ("error_message", "error_message"),
        ):
            assert ours[name] == (row[theirs] or None), (file, theirs)
        for name in ("epochs", "dataset_samples", "total_samples", "completed_samples"):
            if file != UNCOUNTED or name in ("epochs", "dataset_samples"):
                assert ours[name] == number(row[name]), (file, name)
        told = [
            (score["scorer"], score["score"], score["reducer"], name, value)
            for score in json.loads(row["metrics"] or "[]")
            for name, value in score["metrics"].items()
        ]
        assert sorted(map(str, metrics.get(file, []))) == sorted(map(str, told)), file


def test_reported_metrics_come_out_again(views):
    differing = rows(
        views,
        "select scorer, metric, recomputed from reported_metrics"
        " where is_equal is distinct from true order by all",
    )
    # A metric of its own, one by drawing, and a log without samples.
    assert {row["metric"] for row in differing if row["recomputed"] is None} == {
        "accuracy",
        "bootstrap_std",
        "listmean",
        "stderr",
    }
    assert len(differing) == 4


def test_copies_count_once(views):
    """One run as .eval and .json, one packed again, and one that was retried."""
    kept = rows(
        views,
        "select regexp_extract(path, '[^/]+$') as file from raw.files inner join"
        " (select distinct file_id from attempts) using (file_id)",
    )
    files = {row["file"] for row in kept}
    assert "01_basic_zstd.eval" in files
    assert "26_same_eval_as_01.json" not in files
    assert len({"18_react_agent.eval", "28_zstd_members_in_several_frames.eval"}
               & files) == 1  # fmt: skip
    assert "21_evalset_attempt_1.eval" not in files
    assert "21_evalset_attempt_2.eval" in files


def test_twice_renamed_or_converted_changes_no_attempt(tmp_path, build):
    """Loaded again under other names, in other folders and other containers."""
    names = ("01_basic_zstd.eval", "2025_0.3.92_epochs3.eval", "19_grader_role.eval")
    first = tmp_path / "first"
    first.mkdir()
    for name in names:
        shutil.copy(FOLDER / name, first / name)
    other = tmp_path / "other"
    other.mkdir()
    for number_, name in enumerate(names):
        (other / f"{number_}.json").write_bytes(as_json(FOLDER / name))
        (other / f"again_{number_}.eval").write_bytes((first / name).read_bytes())
        (other / f"frames_{number_}.eval").write_bytes(packed_again(FOLDER / name))
    wanted, found = (
        attempts(build(first)),
        attempts(build(first, other)),
    )
    assert len(wanted) == 6 + 15 + 5
    assert found == wanted


def members(path: Path) -> dict[str, bytes]:
    import mmap

    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        archive = Archive(data)
        with zipfile.ZipFile(path) as listed:
            names = listed.namelist()
        return {name: bytes(archive.read(name)) for name in names}


def as_json(path: Path) -> bytes:
    """Return a log as one JSON object."""
    found = members(path)
    samples = [
        json.loads(content)
        for name, content in found.items()
        if name.startswith("samples/")
    ]
    return json.dumps(json.loads(found["header.json"]) | {"samples": samples}).encode()


def packed_again(path: Path) -> bytes:
    """Return a log with each of its members in three zstd frames."""
    pieces = [(name, content, ZSTD, 3) for name, content in members(path).items()]
    return zipped(*pieces)


def attempts(database: Path) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(
            "select * exclude (file_id) from attempts order by attempt_id"
        ).fetchall()
