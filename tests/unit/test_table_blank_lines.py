"""Blank lines between the objects of JSON lines are nothing, however long they are."""

import pytest
from attempt_tables import read

ROW = '{"task": "%s", "agent": "a", "score": 1}'


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("blank", [" ", "\t \t", " " * 1_200_000])
def test_a_blank_line_of_json_lines_is_nothing(tmp_path, blank, end):
    """It was quarantined as if it were a broken object."""
    lines = [blank, ROW % "t", blank, blank, ROW % "u", blank]
    rows, kept_back = read(tmp_path / "x.jsonl", end.join(lines))
    assert [(row["task_id"], row["line"]) for row in rows] == [("t", 2), ("u", 5)]
    assert kept_back == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("tasks", ["t", "tu"])
def test_a_blank_line_longer_than_any_record_is_nothing(tmp_path, tasks, end):
    lines = [ROW % "t", " " * 6_000_000, *(ROW % task for task in tasks[1:])]
    rows, kept_back = read(tmp_path / "x.jsonl", end.join(lines))
    assert "".join(row["task_id"] for row in rows) == tasks
    assert kept_back == []


def test_a_blank_line_does_not_hide_a_long_one(tmp_path):
    content = f"{ROW % 't'}\n{' ' * 6_000_000}x\n{ROW % 'u'}\n"
    rows, (kept_back,) = read(tmp_path / "x.jsonl", content)
    assert [row["task_id"] for row in rows] == ["t", "u"]
    assert (kept_back.line, kept_back.reason_code) == (2, "line_too_long")


@pytest.mark.parametrize("ends", [("\n", "\r\n"), ("\r\n", "\n")])
@pytest.mark.parametrize("count", [2, 20_000])
def test_json_lines_may_end_in_two_ways(tmp_path, count, ends):
    """Such a file, as of two put together, was refused as CSV that cannot be parsed."""
    first, second = ends
    content = "".join(f"{ROW % at}{first}" for at in range(count))
    content += f"{ROW % 'u'}{second}{second}{ROW % 'v'}{second}"
    rows, kept_back = read(tmp_path / "x.jsonl", content)
    assert kept_back == []
    assert [row["task_id"] for row in rows] == [*map(str, range(count)), "u", "v"]
    assert [row["line"] for row in rows[-2:]] == [count + 1, count + 3]


def test_json_lines_that_end_in_two_ways_may_be_too_long_and_blank(tmp_path):
    lines = [ROW % "t", " " * 6_000_000, "x" * 6_000_000, ROW % "u"]
    content = "\n".join(lines[:2]) + "\r\n" + "\r\n".join(lines[2:])
    rows, (kept_back,) = read(tmp_path / "x.jsonl", content)
    assert [row["task_id"] for row in rows] == ["t", "u"]
    assert (kept_back.line, kept_back.reason_code) == (3, "line_too_long")


def test_a_carriage_return_alone_is_a_blank_between_values(tmp_path):
    """One refused the whole file."""
    lines = [
        '{"task": "t",\r"agent": "a", "score": 1}',
        (ROW % "u") + "\r" + ROW % "v",
        ROW % "w\rw",
        ROW % "x",
    ]
    rows, kept_back = read(tmp_path / "x.jsonl", "\n".join(lines))
    assert [(row["task_id"], row["line"]) for row in rows] == [("t", 1), ("x", 4)]
    assert [(entry.line, entry.reason_code) for entry in kept_back] == [
        (2, "invalid_json"),
        (3, "invalid_json"),
    ]
