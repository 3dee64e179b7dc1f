"""Every command that reads a warehouse says what to do about one that it cannot read."""

import os

import duckdb
import pytest

from analyses.__main__ import main as analyses
from common.warehouse import explained, remedied
from loaders.__main__ import main as loaders
from plots.__main__ import explain
from plots.__main__ import main as plots

RESTORE = "the file is damaged or cut short; restore a copy or load the files again"
MOVE = "move it away, or name another warehouse with --db FILE or EVALHOUSE_DB"
FREE = "there is too little memory: free some and run this again"
QUESTION = "which_tasks_need_insight"


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Each command, to be called without arguments; it returns its exit code."""
    monkeypatch.setenv("EVALHOUSE_DB", str(tmp_path / "x.duckdb"))
    return {
        "export": lambda: loaders(["export", str(tmp_path / "out")]),
        "raw export": lambda: loaders(["export", "--raw", str(tmp_path / "out")]),
        "sources": lambda: loaders(["sources"]),
        "names": lambda: loaders(["names"]),
        "analyses": lambda: analyses([QUESTION]),
        "compare": lambda: analyses(["compare", "a", "b"]),
        "figure": lambda: plots(["agent_intervals", "--out", str(tmp_path / "out")]),
        "report": lambda: plots(["report", "--out", str(tmp_path / "out.html")]),
        "data file": lambda: plots(["export", str(tmp_path / "out.json")]),
    }


def written(path) -> bytes:
    with duckdb.connect(path) as connection:
        connection.execute("create schema raw")
        for name in ("attempts", "raw.files"):
            connection.execute(
                f"create table {name} as select range as n from range(9)"
            )
    return path.read_bytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: content[:4096], RESTORE),
        (lambda content: content[:9000] + b"\xff" * 99 + content[9099:], RESTORE),
        (lambda content: content[:100] + b"\xff" * 99 + content[199:], RESTORE),
        (lambda content: b"", MOVE),
        (lambda content: b"task_id,model\n" * 999, MOVE),
        # DuckDB would ask the network for what reads one.
        (lambda content: b"SQLite format 3\0" + b"\0" * 5000, MOVE),
    ],
    ids=["cut", "middle", "head", "empty", "text", "sqlite"],
)
def test_the_message_says_what_to_do_about_the_file(
    commands, tmp_path, capsys, damage, said
):
    path = tmp_path / "x.duckdb"
    content = damage(written(path))
    path.write_bytes(content)
    for name, command in commands.items():
        assert command() == 2, name
        error = capsys.readouterr().err
        assert said in error, name
        assert "dbt build" not in error, name
        assert len(error.splitlines()) == 1, name
    assert path.read_bytes() == content


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: None])
def test_what_is_no_file_is_not_opened(commands, tmp_path, capsys, make):
    make(tmp_path / "x.duckdb")
    for name, command in commands.items():
        assert command() == 2, name
        assert "no such warehouse" in capsys.readouterr().err, name


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (duckdb.IOException("IO Error: Could not read enough bytes from x"), RESTORE),
        (duckdb.InternalException("INTERNAL Error: no\n\nStack"), RESTORE),
        (duckdb.OutOfMemoryException("Out of Memory Error: no"), FREE),
        (MemoryError(), FREE),
    ],
)
def test_a_query_that_fails_for_the_file_or_memory_says_so(error, said):
    assert remedied(error).endswith(said)
    assert said in explain(error, "x.duckdb")
    assert "data_findings" not in explain(error, "x.duckdb")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (
            'Could not write file "/d/x y.part": No space left on device',
            "No space left",
        ),
        (
            (
                'Async write failed for range [offset=5360, size=9]: {"exception_type":"IO",'
                '"exception_message":"Could not write file \\"/d/x y.part\\": '
                'No space left on device","errno":"28"}'
            ),
            "No space left",
        ),
        ('Could not write file "/d/x y.part": File too large', "File too large"),
    ],
)
def test_a_full_disk_is_said_with_its_file(message, why):
    said = explained(duckdb.IOException(f"IO Error: {message}"))
    assert said.startswith(f"/d/x y.part: {why}")
    assert said.endswith("; make room there and run this again")
    assert "{" not in said


def test_any_other_error_is_its_first_line():
    error = duckdb.BinderException("Binder Error: no n\n\nLINE 1: select n")
    assert remedied(error) is None
    assert explained(error) == "Binder Error: no n"
    assert explained(OSError()) == ""
