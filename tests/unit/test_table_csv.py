"""Tables of attempts: separators, encodings, line ends and damaged rows of CSV."""

import gzip
import json

import pytest
from attempt_tables import batches, read

from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused
from loaders.contract.unpacked import opened
from loaders.formats import recognise


def test_a_row_of_another_width_is_kept_back_with_its_number(tmp_path):
    lines = [f"t{number},a,1" for number in range(1, 150_001)]
    lines[2], lines[9], lines[140_000] = 't3,"a\nb",1', "t10,a", "t140001,a,1,2"
    content = "task,agent,score\n" + "\n".join(lines) + "\n"
    rows, quarantined = read(tmp_path / "x.csv", content)
    assert [(entry.line, entry.reason_code) for entry in quarantined] == [
        (10, "wrong_width"),
        (140_001, "wrong_width"),
    ]
    assert quarantined[0].record_excerpt == "t10,a"
    assert len(rows) == 149_998
    assert all(row["task_id"] == f"t{row['line']}" for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        "\ufefftask,agent,score\r\nt,a,1\r\n".encode(),
        "task,agent,score\nt,a,1".encode("utf-16"),
        "\ufefftask\tagent\tscore\nt\ta\t1\n".encode("utf-16-be"),
        "\ufeff".encode() + b'[{"task": "t", "agent": "a", "score": 1}]',
        '{"task": "t", "agent": "a", "score": 1}\n'.encode("utf-16"),
        b"task,agent,score\rt,a,1\r",
        b"task,agent,score\r\nt,a,1\n",
        b'"task";"agent";"score"\n"t";"a";"1"\n',
        # Blank lines, and what Excel writes before the header.
        b"\r\n  \r\ntask,agent,score\r\nt,a,1\r\n",
        gzip.compress(b"\n\ntask,agent,score\nt,a,1\n", mtime=0),
        b"sep=;\r\ntask;agent;score\r\nt;a;1\r\n",
        '\ufeff"sep=\t"\ntask\tagent\tscore\nt\ta\t1\n'.encode("utf-16-le"),
        gzip.compress("\ufeffsep=,\ntask,agent,score\nt,a,1\n".encode(), mtime=0),
        gzip.compress("task,agent,score\nt,a,1\n".encode("utf-16"), mtime=0),
    ],
)
def test_marks_encodings_and_line_ends_do_not_change_a_value(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with open_regular(str(path)) as file:
        head = opened(OpenFile(file)).head(1_000_000)
    assert recognise(head).name == "table"
    ((row,), quarantined) = read(path)
    assert (row["task_id"], row["agent"], row["score"]) == ("t", "a", 1.0)
    assert (row["attributes"], quarantined) == (None, [])


def test_empty_lines_are_no_rows_where_one_is_kept_back(tmp_path):
    content = b'\n\ntask,agent,score,n\n\nt,a,1,"x\n\ny"\n\n\nu,a,1\nv,a,1,\n\n\xe9,a,1,\nw,a,1,\n'
    rows, kept_back = read(tmp_path / "x.csv", content)
    assert {row["task_id"]: row["line"] for row in rows} == {"t": 1, "v": 3, "w": 5}
    assert [(entry.line, entry.reason_code) for entry in kept_back] == [
        (2, "wrong_width"),
        (4, "wrong_encoding"),
    ]
    # In a table of one column an empty line is a row.
    content = b"q\nt\n\n\xe9\nu\n"
    rows, kept_back = read(
        tmp_path / "y.csv", content, columns="task_id=q,agent:=a,score:=1"
    )
    assert {row["task_id"]: row["line"] for row in rows} == {"t": 1, "u": 4}
    assert [(entry.line, entry.reason_code) for entry in kept_back] == [
        (2, "empty_text"),
        (3, "wrong_encoding"),
    ]


def test_a_header_ends_where_its_line_does(tmp_path):
    content = "task,no\u2028te,x\x0by,agent,score\nt,1,2,a,1\n"
    (row,), _ = read(tmp_path / "x.csv", content)
    assert json.loads(row["attributes"]) == {"no\u2028te": "1", "x\x0by": "2"}


def test_lines_before_the_header_are_no_rows(tmp_path):
    content = "\n\nsep=;\ntask;agent;score\nt;a;1\nu;a\nv;a;0\n"
    rows, (entry,) = read(tmp_path / "x.csv", content)
    assert [(row["line"], row["task_id"]) for row in rows] == [(1, "t"), (3, "v")]
    assert (entry.line, entry.reason_code) == (2, "wrong_width")


def test_a_first_column_without_a_name_is_one(tmp_path):
    # As pandas writes the index.
    content = "\ttask\tagent\tscore\n0\tt\ta\t1\n"
    ((row,), quarantined) = read(tmp_path / "x.tsv", content)
    assert (row["task_id"], row["score"], quarantined) == ("t", 1.0, [])
    assert row["attributes"] == '{"":"0"}'


def test_columns_without_names_are_named_by_their_places(tmp_path):
    rows, _ = read(tmp_path / "x.csv", "task,agent,score,,\nt,a,1,,5\n")
    assert json.loads(rows[0]["attributes"]) == {"column 5": "5"}
    with pytest.raises(FileRefused, match="no column is known as a task"):
        batches(tmp_path / "x.csv", "My runs,,\ntask,agent,score\nt,a,1\n")


def test_known_names_tell_what_separates_columns(tmp_path):
    content = 'task,agent,score,"a\tb\tc\td\te"\nt,a,1,x\n'
    ((row,), _) = read(tmp_path / "x.csv", content)
    assert json.loads(row["attributes"]) == {"a\tb\tc\td\te": "x"}


def test_a_row_that_is_no_utf_8_is_kept_back_whatever_its_column(tmp_path):
    content = (
        b'task,agent,score,note\nt,a,1,"x\n\xe9y"\nu,\xe9,0,z\nv,a,0.5,z\nw,a\n'
        b"x,a,1,\xff\ny,a,1,\xff,5\n"
    )
    rows, quarantined = read(tmp_path / "x.csv", content)
    assert [(row["line"], row["task_id"], row["score"]) for row in rows] == [
        (3, "v", 0.5)
    ]
    assert [(entry.line, entry.reason_code) for entry in quarantined] == [
        (1, "wrong_encoding"),
        (2, "wrong_encoding"),
        (4, "wrong_width"),
        (5, "wrong_encoding"),
        (6, "wrong_encoding"),
    ]


def test_a_damaged_row_of_utf_16_is_kept_back(tmp_path):
    content = "task,agent,score\nt,a,1\nu,a\nv,a,0\n".encode("utf-16")
    rows, (entry,) = read(tmp_path / "x.csv", content)
    assert [row["task_id"] for row in rows] == ["t", "v"]
    assert (entry.line, entry.reason_code) == (2, "wrong_width")
