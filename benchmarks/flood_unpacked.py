"""Packed files that hold as much as they may, of nothing but one oddity."""

import gzip
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from backports import zstd

from benchmarks.flood_text import Content, numbered, repeated

_LOG = '{"version":2,"status":"success","eval":{"eval_id":"e","task":"t","model":"m"}}'
_TRACE = (
    '{"config":{"run_id":"r","benchmark_name":"gaia","agent_name":"a"},'
    '"results":{"accuracy":1,"failed_tasks":[%s]}%s}'
)
_TRIAL = '{"id":"t","task_name":"t","trial_name":"t__1","agent_info":{"name":"a"},%s}'
# What a log of 10 MB and a packed document of that size may hold, or a little less.
_SAMPLES, _SAMPLE_BYTES, _DOCUMENT_BYTES = 99_000, 2_000, 190_000_000
_FULL_BYTES = 10_000_000

_Members = Iterable[tuple[str, str]]


def _scaled(most: int, size: int) -> int:
    """Return so much of what a full file holds."""
    return max(1, most * min(size, _FULL_BYTES) // _FULL_BYTES)


def _log(members: Callable[[int], _Members]) -> Content:
    def content(size: int) -> bytes:
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("header.json", _LOG)
            for name, inside in members(size):
                archive.writestr(name, inside)
        return packed.getvalue()

    return content


def _summaries(rest: str, epoch: int = 1) -> Content:
    """Return a log of as many long summaries as it may have."""

    def members(size: int) -> Iterator[tuple[str, str]]:
        rows = (
            f'{{"id":{at},"epoch":{epoch},{rest}}}'
            for at in range(_scaled(_SAMPLES, size))
        )
        yield "summaries.json", f"[{','.join(rows)}]"

    return _log(members)


def _samples(count: int, text_bytes: int) -> Content:
    def members(size: int) -> Iterator[tuple[str, str]]:
        text = "x" * text_bytes
        for at in range(_scaled(count, size)):
            yield (
                f"samples/{at}_epoch_1.json",
                f'{{"id":{at},"epoch":1,"metadata":"{text}"}}',
            )

    return _log(members)


def _journal(size: int) -> Iterator[tuple[str, str]]:
    text = "x" * 9_000
    for piece in range(_scaled(60, size)):
        rows = (
            f'{{"id":{1_000 * piece + at},"epoch":1,"metadata":"{text}"}}'
            for at in range(1_000)
        )
        yield f"_journal/summaries/{piece}.json", f"[{','.join(rows)}]"


def _document(written: Callable[[int], str]) -> Content:
    return lambda size: gzip.compress(
        written(_scaled(_DOCUMENT_BYTES, size)).encode(), compresslevel=1
    )


def _parts(pack: Callable[[bytes], bytes]) -> Content:
    """Return a table that is packed in as many parts as fit, of one row each."""

    def content(size: int) -> bytes:
        part = pack(b"t,a,1\n")
        return pack(b"task,agent,score\n") + part * (size // len(part))

    return content


def _equal_rows(count: int, more: str) -> Content:
    """Return Parquet of rows that take next to no byte, for they are equal."""

    def content(size: int) -> bytes:
        import duckdb

        with TemporaryDirectory() as folder, duckdb.connect() as connection:
            path = Path(folder, "x")
            connection.execute(
                f"copy (select 't' as task, 'a' as agent, 1.0 as score, {more} as x "
                f"from range({_scaled(count, size)})) to '{path}' "
                "(format parquet, row_group_size 10000000)"
            )
            return path.read_bytes()

    return content


_TEXT = "m" * _SAMPLE_BYTES
_SCORES = json.dumps({f"s{at}": {"value": at} for at in range(60)})

# By name: the suffix of the file, and what makes its content of so many bytes.
UNPACKED: dict[str, tuple[str, Content]] = {
    "inspect_long_summaries": (".eval", _summaries(f'"metadata":{{"x":"{_TEXT}"}}')),
    "inspect_long_errors": (".eval", _summaries(f'"error":"{_TEXT}"')),
    "inspect_long_scores": (
        ".eval",
        _summaries(f'"scores":{{"s":{{"value":"{_TEXT}"}}}}'),
    ),
    "inspect_long_refused": (".eval", _summaries(f'"x":"{_TEXT}"', epoch=0)),
    "inspect_many_scores": (".eval", _summaries(f'"scores":{_SCORES}')),
    "inspect_long_metadata": (".eval", _samples(290, 2_000_000)),
    "inspect_metadata_of_many": (".eval", _samples(40_000, 10_000)),
    "inspect_journal_of_long_rows": (".eval", _log(_journal)),
    "gzip_hal_nan": (
        ".json.gz",
        _document(lambda n: _TRACE % ("", f',"x":[{repeated("NaN", n)}]')),
    ),
    "gzip_hal_surrogates": (
        ".json.gz",
        _document(lambda n: _TRACE % ("", ',"x":"' + r"\ud800" * (n // 6) + '"')),
    ),
    "gzip_hal_long_key": (
        ".json.gz",
        _document(lambda n: _TRACE % ("", f',"{"k" * n}":1')),
    ),
    "gzip_hal_long_task": (
        ".json.gz",
        _document(lambda n: _TRACE % (f'"{"t" * n}"', "")),
    ),
    "gzip_harbor_message": (
        ".json.gz",
        _document(
            lambda n: (
                _TRIAL
                % ('"exception_info":{"exception_message":"' + r"\n" * (n // 2) + '"}')
            )
        ),
    ),
    "gzip_harbor_steps": (
        ".json.gz",
        _document(lambda n: _TRIAL % f'"step_results":[{repeated("{}", n)}]'),
    ),
    "gzip_terminal_bench_trials": (
        ".json.gz",
        _document(
            lambda n: (
                '{"run_id":"","results":['
                + numbered('{"id":"#","task_id":"t","is_resolved":true}', n)
                + "]}"
            )
        ),
    ),
    "gzip_members": (".csv.gz", _parts(gzip.compress)),
    "zstd_frames": (".csv.zst", _parts(zstd.compress)),
    "zstd_skipped_frames": (
        ".csv.zst",
        _parts(lambda _text: b"\x50\x2a\x4d\x18\0\0\0\0"),
    ),
    "hal_traces_in_lines": (
        ".jsonl",
        lambda size: f"{_TRACE % ('', '')}\n".encode() * (size // 110),
    ),
    "table_parquet_of_equal_texts": (
        ".parquet",
        _equal_rows(200, "repeat('x', 3000000)"),
    ),
    "table_parquet_of_equal_lists": (
        ".parquet",
        _equal_rows(300, "list_transform(range(100000), lambda x: 1)"),
    ),
    "table_parquet_of_equal_rows": (".parquet", _equal_rows(100_000_000, "1")),
}
