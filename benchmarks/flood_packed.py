"""Packed files, and files in other encodings, of nothing but one oddity."""

import gzip
import io
import os
import warnings
import zipfile
from collections.abc import Callable

from benchmarks.flood_text import Content, lines, repeated

# So much is packed once; a file is that again and again.
_PIECE_BYTES = 8 << 20
# The most that is unpacked of a member that makes no trouble by its size.
_MEMBER_BYTES = 200 << 20
_RUN = '{"run_id":"r","task_id":"f/v","alias":"a","score_binarized":1}'
_TRACE = (
    '{"config":{"run_id":"r","benchmark_name":"gaia","agent_name":"a"},"results":{}'
)
_LOG = '{"version":2,"status":"success","eval":{"eval_id":"e","task":"t","model":"m"}'
_HEADER = ("header.json", f"{_LOG}}}".encode())
_TABLE = "task,agent,score\n"

_Members = list[tuple[str, bytes]]


def _gzipped(head: str, piece: str) -> Content:
    """Return text that packs to next to nothing."""

    def content(size: int) -> bytes:
        packed = gzip.compress((piece * (_PIECE_BYTES // len(piece))).encode())
        return gzip.compress(head.encode()) + packed * (size // len(packed))

    return content


def _zipped(members: Callable[[int], _Members]) -> Content:
    def content(size: int) -> bytes:
        packed = io.BytesIO()
        with (
            # One name again and again is an oddity too.
            warnings.catch_warnings(action="ignore"),
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, inside in members(size):
                archive.writestr(name, inside)
        return packed.getvalue()

    return content


def _spaces(name: str, head: str, *before: tuple[str, bytes]) -> Content:
    """Return a zip with a member that is nearly all space."""
    return _zipped(
        lambda size: [
            *before,
            (name, head.encode() + b" " * min(100 * size, _MEMBER_BYTES)),
        ]
    )


def _packed_samples(head: str, piece: str, tail: str, count: int = 3) -> Content:
    """Return a log of samples that are as long as samples may be, or nearly."""

    def content(size: int) -> bytes:
        # Of a log of 10 MB not quite 200 MiB, which a member may hold.
        inside_bytes = min(208 * size // 10, 319 << 20)
        inside = head + piece * (inside_bytes // len(piece)) + tail
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(*_HEADER)
            for number in range(count):
                archive.writestr(f"samples/{number}_epoch_1.json", inside)
            # How much a member may hold depends on the size of the log.
            rest = os.urandom(max(0, size - packed.tell()))
            archive.writestr("rest", rest, zipfile.ZIP_STORED)
        return packed.getvalue()

    return content


def _numbered(name: str, inside: bytes) -> Content:
    """Return a log of members of one kind."""
    member_bytes = 110 + 2 * len(name) + len(inside)
    return _zipped(
        lambda size: [
            _HEADER,
            *(
                (name.replace("#", str(at)), inside)
                for at in range(1, size // member_bytes)
            ),
        ]
    )


def _encoded(encoding: str, text: Content) -> Content:
    return lambda size: text(size // 2).decode().encode(encoding)


# By name: the suffix of the file, and what makes its content of so many bytes.
PACKED: dict[str, tuple[str, Content]] = {
    "inspect_zeros": (".eval", _packed_samples("", " ", "")),
    "inspect_packed_events": (
        ".eval",
        _packed_samples('{"id":1,"epoch":1,"events":[', '{"event":"model"},', "{}]}"),
    ),
    "inspect_packed_calls": (
        ".eval",
        _packed_samples(
            '{"id":1,"epoch":1,"messages":[{"role":"assistant","tool_calls":[',
            "1,",
            "1]}]}",
        ),
    ),
    "inspect_packed_nan": (
        ".eval",
        _packed_samples('{"id":1,"epoch":1,"store":[', "NaN,", "1]}"),
    ),
    "inspect_packed_one_nan": (
        ".eval",
        _packed_samples('{"id":1,"epoch":1,"store":[NaN,"\\ud800","', "x", '"]}'),
    ),
    "inspect_packed_key": (".eval", _packed_samples('{"', "x", '":1}')),
    "inspect_packed_id": (".eval", _packed_samples('{"epoch":1,"id":"', "x", '"}')),
    "inspect_packed_roles": (
        ".eval",
        _packed_samples(
            '{"id":1,"epoch":1,"messages":[', f'{{"role":"{"x" * 4_000_000}"}},', "1]}"
        ),
    ),
    "inspect_packed_content": (
        ".eval",
        _packed_samples('{"id":1,"epoch":1,"messages":[{"content":"', "x", '"}]}'),
    ),
    "inspect_packed_again_and_again": (
        ".eval",
        _packed_samples('{"id":1,"epoch":1,"store":"', "\\n", '"}', count=30),
    ),
    "gzip_table": (".csv.gz", _gzipped(_TABLE, "t,a,1\n")),
    "gzip_table_of_one_line": (".csv.gz", _gzipped(_TABLE, "x")),
    "gzip_table_of_empty_lines": (".csv.gz", _gzipped(_TABLE, "\n")),
    "gzip_table_of_quotes": (".csv.gz", _gzipped(_TABLE, '"')),
    "gzip_table_of_objects": (
        ".jsonl.gz",
        _gzipped("", '{"task":"t","agent":"a","score":1}\n'),
    ),
    "gzip_table_of_an_array": (
        ".json.gz",
        _gzipped('[{"task":"t","agent":"a","score":1}', ',{"task":"t"}'),
    ),
    "gzip_jsonl": (".jsonl.gz", _gzipped("", f"{_RUN}\n")),
    "gzip_jsonl_of_empty_lines": (".jsonl.gz", _gzipped(f"{_RUN}\n", "\n")),
    "gzip_yaml": (
        ".yaml.gz",
        _gzipped("f:\n  v:\n", "    r: {score: 1, action_count: 1}\n"),
    ),
    "gzip_yaml_of_comments": (".yaml.gz", _gzipped("", "# score: action_count:\n")),
    "gzip_hal": (".json.gz", _gzipped(_TRACE, " ")),
    "gzip_inspect": (".json.gz", _gzipped(f'{_LOG},"samples":[', '{"id":1},')),
    "gzip_of_gzip": (
        ".csv.gz",
        lambda size: gzip.compress(_gzipped(_TABLE, "t,a,1\n")(size)),
    ),
    "zip_of_zips": (
        ".zip",
        _zipped(
            lambda size: [
                (f"{at}_UPLOAD.zip", _spaces("x_UPLOAD.json", _TRACE)(size // 60))
                for at in range(60)
            ]
        ),
    ),
    "zip_of_traces_of_spaces": (
        ".zip",
        _zipped(
            lambda size: [
                (f"{at}_UPLOAD.json", f"{_TRACE}{' ' * (size // 40)}}}".encode())
                for at in range(60)
            ]
        ),
    ),
    "zip_of_salt": (
        ".zip",
        _zipped(lambda size: [("x_UPLOAD.json.encrypted", b'{"salt":"' * (size // 9))]),
    ),
    "inspect_header_of_spaces": (".eval", _spaces("header.json", _LOG)),
    "inspect_summaries_of_spaces": (".eval", _spaces("summaries.json", "[", _HEADER)),
    "inspect_reductions_of_spaces": (
        ".eval",
        _spaces("reductions.json", "[", _HEADER),
    ),
    "inspect_journal": (
        ".eval",
        _numbered("_journal/summaries/#.json", b'[{"id":1,"epoch":1}]'),
    ),
    "inspect_one_member_again": (
        ".eval",
        _numbered("samples/1_epoch_1.json", b'{"id":1,"epoch":1}'),
    ),
    "utf16_table": (".csv", _encoded("utf-16", lines(_TABLE, "t#,a,1\n", True))),
    "utf16_table_of_one_line": (
        ".csv",
        _encoded("utf-16", lambda size: _TABLE.encode() + b"x" * size),
    ),
    "utf16_hal": (
        ".json",
        _encoded("utf-16", lambda size: _TRACE.encode() + b" " * size),
    ),
    "utf32_jsonl": (".jsonl", _encoded("utf-32", lines("", f"{_RUN}\n"))),
    "marks": (".json", lambda size: b"\xef\xbb\xbf" * (size // 3)),
    "marks_before_lines": (".jsonl", lines("", f"\ufeff{_RUN}\n")),
    "crlf_table": (".csv", lines(_TABLE, "t#,a,1\r\n", True)),
    "crlf_empty_lines": (".csv", lines(f"{_TABLE}t,a,1\n", "\r\n")),
    "cr_table": (".csv", lines("task,agent,score\r", "t#,a,1\r", True)),
    "crlf_jsonl": (".jsonl", lines(f"{_RUN}\r\n", "\r\n")),
    "crlf_yaml": (".yaml", lines("# score: action_count:\r\nf:\r\n", "\r\n")),
    "crlf_hal": (
        ".json",
        lambda size: f'{_TRACE},"x":[{repeated(chr(13) + chr(10), size)}1]}}'.encode(),
    ),
    "conflicts": (".json", lines('{"config": 1}\n', "<<<<<<< a\n")),
    "comment_without_end": (".yaml", lines("# score: action_count:", "f: ")),
}
