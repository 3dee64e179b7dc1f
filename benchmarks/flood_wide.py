"""Tables of hundreds or thousands of columns, for floods.py."""

import gzip
from collections.abc import Callable

from benchmarks.flood_tables import parquet_of
from benchmarks.flood_text import Content

_NAMES = ("task", "agent", "score")
_NEEDED = "'t' || i as task, 'a' as agent, 1 as score"


def _text(
    column_count: int, value: Callable[[int, int], str], separator: str = ","
) -> Content:
    """Return a table in text, of so many columns beside the needed ones."""

    def content(size: int) -> bytes:
        head = separator.join((*_NAMES, *(f"c{at}" for at in range(column_count))))
        # A hundred rows are made, and used again with other tasks.
        rests = [
            separator.join(("a", "1", *(value(row, at) for at in range(column_count))))
            for row in range(100)
        ]
        count = max(1, size // (sum(map(len, rests)) // 100 + 8))
        rows = (f"t{row}{separator}{rests[row % 100]}" for row in range(count))
        return "\n".join((head, *rows, "")).encode()

    return content


def _objects(column_count: int, name: Callable[[int, int], str]) -> Content:
    """Return JSON lines, of so many fields beside the needed ones."""

    def content(size: int) -> bytes:
        rests = [
            ",".join(f'"{name(row, at)}":{row + at}' for at in range(column_count))
            for row in range(100)
        ]
        count = max(1, size // (sum(map(len, rests)) // 100 + 36))
        return "".join(
            f'{{"task":"t{row}","agent":"a","score":1,{rests[row % 100]}}}\n'
            for row in range(count)
        ).encode()

    return content


def _array(lines: Content) -> Content:
    return lambda size: b"[" + lines(size).strip().replace(b"\n", b",") + b"]"


def _packed(content: Content, growth: int) -> Content:
    """Return a content packed by gzip, so many times as long before."""
    return lambda size: gzip.compress(content(size * growth), compresslevel=1)


def _number(row: int, at: int) -> str:
    return f"{row * 7 + at}.{at}"


def _word(row: int, at: int) -> str:
    return f"w{row}-{at}"


def _nothing(_row: int, _at: int) -> str:
    return ""


def _flat(size: int) -> bytes:
    # The schema of small files would be larger than they.
    count = min(1_990, 1 + size // 5_000)
    columns = ", ".join(f"i * {at + 1} as c{at}" for at in range(count))
    return parquet_of(f"{_NEEDED}, {columns}", 8 * count)(size)


def _struct(size: int) -> bytes:
    count = min(2_000, 1 + size // 5_000)
    fields = ", ".join(f"'f{at}': i * {at + 1}" for at in range(count))
    return parquet_of(f"{_NEEDED}, {{{fields}}} as x", 8 * count)(size)


# By name: the suffix of the file, and what makes its content of so many bytes.
WIDE: dict[str, tuple[str, Content]] = {
    **{
        f"wide_{kind}_{count}": (".csv", _text(count, value))
        for kind, value in (
            ("numbers", _number),
            ("texts", _word),
            ("empty", _nothing),
        )
        for count in (300, 1_000, 1_500)
    },
    "wide_tsv": (".tsv", _text(1_500, _number, "\t")),
    "wide_gzip": (".csv.gz", _packed(_text(1_500, _number), 2)),
    "wide_gzip_empty": (".csv.gz", _packed(_text(1_500, _nothing), 25)),
    "wide_objects": (".jsonl", _objects(1_500, lambda _row, at: f"c{at}")),
    "wide_objects_other_fields": (
        ".jsonl",
        _objects(19, lambda row, at: f"c{19 * row + at}"),
    ),
    "wide_array": (".json", _array(_objects(1_500, lambda _row, at: f"c{at}"))),
    "wide_parquet": (".parquet", _flat),
    "wide_parquet_struct": (".parquet", _struct),
}
