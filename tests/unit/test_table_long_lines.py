"""Tables with lines that are longer than a record may be."""

from pathlib import Path

import pytest

from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused
from loaders.table import long_lines, reader

HEAD = "task,agent,score"
OBJECT = '{"task":"%s","agent":"a","score":1,"x":"%s"}'
# DuckDB refuses a file for the first, and passes over the row of the second.
LENGTHS = [5_000_001, 10_600_000]


def read(path: Path, content: str) -> tuple[list[str], list[tuple]]:
    """Return the tasks that are loaded, and the rows that are kept back."""
    path.write_bytes(content.encode())
    tasks, kept_back = [], []
    with open_regular(str(path)) as file:
        for batch in reader.read(OpenFile(file), path=str(path)):
            kept_back += [
                (entry.line, entry.reason_code, entry.record_excerpt[:20])
                for entry in batch.quarantined
            ]
            if batch.table.name == "raw.table_attempts":
                names = list(batch.table.types)
                tasks += [row[names.index("task_id")] for row in batch.rows]
    return tasks, kept_back


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_long_line_of_csv_is_kept_back_alone(tmp_path, length, end):
    long = "x" * (length - len(",a,1"))
    lines = [HEAD, f"{long},a,1", "t2,a,1", "", f"{long},a,0", '"t""4",a,1', ""]
    tasks, kept_back = read(tmp_path / "x.csv", end.join(lines))
    assert tasks == ["t2", 't"4']
    assert kept_back == [
        (1, "line_too_long", "x" * 20),
        (3, "line_too_long", "x" * 20),
    ]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_long_line_of_json_is_kept_back_alone(tmp_path, length):
    lines = [OBJECT % ("t1", ""), OBJECT % ("t2", "x" * length), OBJECT % ("t3", "")]
    tasks, kept_back = read(tmp_path / "x.jsonl", "\n".join(lines))
    assert tasks == ["t1", "t3"]
    assert kept_back == [(2, "line_too_long", OBJECT[:9] + 't2","agent"')]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        # The header, a line that begins or ends inside of a quoted cell, and the only
        # line of a file whose lines end otherwise.
        ("%s,agent,score\nt,a,1", 1),
        (f'{HEAD}\n"t\n%s\n",a,1', 3),
        (f'{HEAD}\n"t%s\n",a,1', 2),
        (f"{HEAD}\r%s,a,1\rt,a,1", 1),
    ],
)
def test_a_long_line_that_may_be_a_part_of_a_row_refuses_the_file(
    tmp_path, content, line
):
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.csv", content % ("task" + "x" * LENGTHS[1]))
    assert (refused.value.reason_code, refused.value.line) == ("record_too_large", line)


def test_a_long_row_of_several_lines_is_kept_back_alone(tmp_path):
    long = "\n".join(["x" * 1_700_000] * 3)
    lines = [f"log,{HEAD}", "x,t1,a,1", f'"{long}",t2,a,1', "x,t3,a,0", ""]
    tasks, kept_back = read(tmp_path / "x.csv", "\n".join(lines))
    assert tasks == ["t1", "t3"]
    assert kept_back == [(2, "line_too_long", '"' + "x" * 19)]


@pytest.mark.parametrize("end", ['\nend"\n', '"\n'])
def test_lines_of_a_cell_that_duckdb_passes_over_are_no_rows(tmp_path, end):
    long = "\n".join(["x" * 3_000_000] * 4)
    lines = [f"{HEAD},log", "t1,a,1,x", f't2,a,1,"{long}', "no_row,a,1,x" + end]
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.csv", "\n".join([*lines, "t3,a,1,x"]))
    assert (refused.value.reason_code, refused.value.line) == ("record_too_large", 3)


def test_lines_of_just_the_most_bytes_are_long_to_nobody(tmp_path):
    path = tmp_path / "x"
    for end in (b"\n", b"\r", b"\r\n"):
        for length, is_long in ((5_000_000 - len(end), False), (5_000_001, True)):
            path.write_bytes(b"a" + end + b"x" * length + end + b"b")
            assert long_lines.are_in(str(path)) is is_long
            path.write_bytes(b"a" + end + b"x" * length)
            assert long_lines.are_in(str(path)) is is_long
