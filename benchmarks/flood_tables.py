"""Tables of nothing but one oddity, for floods.py."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.flood_text import Content, lines, numbered, one_object, repeated

_KEYED = "task,agent,score,epoch\n"
_TABLE = "task,agent,score\n"


def _jsonl_of_names(size: int) -> bytes:
    """Return records of which each has a name of its own."""
    line = '{"task":"t","agent":"a","score":1,"n#":1}\n'
    return lines("", line, is_numbered=True)(size)


def _array(piece: str, is_numbered: bool = False) -> Content:
    fill = numbered if is_numbered else repeated
    first = '{"task":"t","agent":"a","score":1},'
    return lambda size: f"[{first}{fill(piece, size)}]".encode()


def parquet_of(columns: str, bytes_a_row: int) -> Content:
    """Return a table of Parquet of nearly so many rows as its CSV would have."""

    def content(size: int) -> bytes:
        import duckdb

        with TemporaryDirectory() as folder, duckdb.connect() as connection:
            path = Path(folder, "x")
            rows = max(1, size // bytes_a_row)
            connection.execute(
                f"copy (select {columns} from range({rows}) as numbers(i)) "
                f"to '{path}' (format parquet)"
            )
            return path.read_bytes()

    return content


def _noise_of_letters(size: int) -> bytes:
    """Return a table of random cells, some quoted."""
    draw = random.Random(7)
    cells = [
        "".join(draw.choices('abc,;"\t 01.\n', k=draw.randrange(1, 30)))
        for _ in range(2_000)
    ]
    text = "task,agent,score\n" + ",".join(cells)
    return (text * (1 + size // len(text)))[:size].encode()


# By name: the suffix of the file, and what makes its content of so many bytes.
TABLES: dict[str, tuple[str, Content]] = {
    "table_rows": (".csv", lines(_TABLE, "t#,a,1\n", True)),
    "table_rows_to_refuse": (".csv", lines(_TABLE, "t,a,x\n")),
    "table_rows_of_another_width": (".csv", lines(_TABLE, "t,a\n")),
    "table_one_key_again": (".csv", lines(_KEYED, "t,a,1,1\n")),
    "table_one_key_contradicting": (".csv", lines(_KEYED, "t,a,1,1\nt,a,0,1\n")),
    "table_nan": (".csv", lines(_TABLE, "t,a,nan\n")),
    "table_unseen_names": (".csv", lines(_TABLE, "\u200b\u3164,a,1\n")),
    "table_long_names": (".csv", lines(_TABLE, "x" * 4_000 + ",a,1\n")),
    "table_empty_lines": (".csv", lines(_TABLE + "t,a,1\n", "\n")),
    "table_quotes": (".csv", lines(_TABLE, '""""""""')),
    "table_commas": (".csv", lines(_TABLE, ",")),
    "table_columns": (".csv", lines("task,agent,score,", "c#,", True)),
    "table_noise": (".csv", _noise_of_letters),
    "table_one_line": (".csv", lambda n: _TABLE.encode() + b"x" * n),
    "table_zeros": (".csv", lambda n: _TABLE.encode() + bytes(n)),
    "table_empty_objects": (
        ".jsonl",
        lines('{"task":"t","agent":"a","score":1}\n', "{}\n"),
    ),
    "table_numbers": (".jsonl", lines('{"task":"t","agent":"a","score":1}\n', "1\n")),
    "table_other_fields": (".jsonl", _jsonl_of_names),
    "table_fields": (
        ".jsonl",
        one_object('{"task":"t","agent":"a","score":1,', '"#":1', "}\n", True),
    ),
    "table_fields_again": (
        ".jsonl",
        lines("", '{"task":"t","agent":"a","score":1,"score":0}\n'),
    ),
    "table_fields_again_inside": (
        ".jsonl",
        lines("", '{"task":"t","agent":"a","score":1,"x":{"a":1,"a":2}}\n'),
    ),
    "table_deep_objects": (
        ".jsonl",
        lines(
            "", '{"task":"t","agent":"a","score":1,"x":' + "[" * 500 + "]" * 500 + "}\n"
        ),
    ),
    "table_surrogates": (
        ".jsonl",
        lines("", '{"task":"\\ud800","agent":"a","score":1}\n'),
    ),
    "table_nan_inside": (
        ".jsonl",
        one_object('{"task":"t","agent":"a","score":1,"x":[', "NaN", "]}\n"),
    ),
    "table_long_field": (
        ".jsonl",
        lambda n: f'{{"task":"t","agent":"a","score":1,"{"k" * n}":1}}\n'.encode(),
    ),
    "table_long_lines": (
        ".jsonl",
        lines("", f'{{"task":"t","agent":"a","score":1,"x":"{"x" * 4_000_000}"}}\n'),
    ),
    "table_empty_objects_in_an_array": (".json", _array("{}")),
    "table_numbers_in_an_array": (".json", _array("1")),
    "table_array_of_attempts": (
        ".json",
        _array('{"task":"t#","agent":"a","score":0.5}', True),
    ),
    "table_parquet": (
        ".parquet",
        parquet_of("'t' || i as task, 'a' as agent, 0.5 as score", 12),
    ),
    "table_parquet_to_refuse": (
        ".parquet",
        parquet_of("'t' as task, 'a' as agent, 'x' as score", 6),
    ),
    "table_parquet_columns": (
        ".parquet",
        lambda n: parquet_of(
            "'t' as task, 'a' as agent, 1 as score, "
            + ", ".join(f"1 as c{at}" for at in range(n // 4_000)),
            n,
        )(n),
    ),
    "table_parquet_nested": (
        ".parquet",
        parquet_of(
            "'t' || i as task, 'a' as agent, 1 as score, "
            "[{'a': {'b': [i, null]}}, null] as x",
            30,
        ),
    ),
}
