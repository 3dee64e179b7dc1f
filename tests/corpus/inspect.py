"""Hostile logs of Inspect: broken zips, broken members, contradicting samples."""

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from backports.zstd import compress

from .case import Case, later, loaded, partly, refused

FORMAT, SUFFIX = "inspect", ".eval"
STORED, DEFLATE, ZSTD = 0, 8, 93
USAGE = {"m/x": {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}}

Member = tuple[str, bytes, int]


def summary(sample_id: Any = "a", epoch: Any = 1, **more: Any) -> dict:
    """Return a summary as a current version writes it: a sample, a score, a usage."""
    return {
        "id": sample_id,
        "epoch": epoch,
        "scores": {"match": {"value": "C"}},
        "model_usage": USAGE,
        "started_at": "2026-11-29T02:04:36+00:00",
        "total_time": 1.5,
        "turn_count": 1,
    } | more


def header(**more: Any) -> dict:
    """Return a header of one record."""
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": "e1",
            "task": "ns/maze",
            "task_id": "t1",
            "model": "m/x",
            "created": "2026-11-29T02:04:36+00:00",
            "packages": {"inspect_ai": "0.3.285"},
        },
    } | more


def text(document: Any) -> bytes:
    return json.dumps(document).encode()


def packed(content: bytes, method: int, frames: int = 1) -> bytes:
    if method == STORED:
        return content
    if method == DEFLATE:
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(content) + packer.flush()
    size = max(1, -(-len(content) // frames))
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(map(compress, pieces or [b""]))


def zipped(*members: tuple, crc_of: str = "", said_bytes: int | None = None) -> bytes:
    """Return a zip; a member is its name, its content, and how it is packed.

    The checksum of the member `crc_of` is wrong; `said_bytes` is what the directory
    says of the last member's length.
    """
    body, directory = b"", b""
    for number, (name, content, *how) in enumerate(members):
        method, frames = [*how, DEFLATE, 1][:2] if len(how) < 2 else how
        raw = packed(content, method, frames)
        crc = zlib.crc32(content) ^ (name == crc_of)
        is_last = number == len(members) - 1
        size = said_bytes if is_last and said_bytes is not None else len(content)
        encoded = name.encode()
        common = struct.pack(
            "<HHHHHLLLHH", 63, 0x800, method, 0, 33, crc, len(raw), size,
            len(encoded), 0,
        )  # fmt: skip
        directory += (
            b"PK\1\2\x3f\0" + common + struct.pack("<HHHLL", 0, 0, 0, 0, len(body))
            + encoded
        )  # fmt: skip
        body += b"PK\3\4" + common + encoded + raw
    count = len(members)
    end = struct.pack(
        "<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0
    )
    return body + directory + end


def log(
    rows: list[dict] | bytes | None = None,
    samples: list[tuple] | None = None,
    method: int = DEFLATE,
    **changes: Any,
) -> bytes:
    """Return a log as a zip: its summaries, and a sample for each unless given."""
    rows = [summary()] if rows is None else rows
    if samples is None:
        samples = [
            (f"samples/{number}.json", text(row)) for number, row in enumerate(rows)
        ]
    listed = rows if isinstance(rows, bytes) else text(rows)
    return zipped(
        ("_journal/start.json", text(header(**changes)), method),
        *((name, content, method) for name, content in samples),
        ("summaries.json", listed, method),
        ("header.json", text(header(**changes)), method),
    )


# An evaluation, a sample, its score and its usage.
GOOD = log()


def cases() -> Iterator[Case]:
    for make in (_zips, _headers, _members, _rows, _json, _versions):
        yield from make()


def _refused(name: str, content, reason: str, at="file", **more) -> Case:
    return refused(f"inspect_{name}", FORMAT, SUFFIX, content, reason, at, **more)


def _loaded(name: str, content, count: int, **more) -> Case:
    return loaded(f"inspect_{name}", FORMAT, SUFFIX, content, count, **more)


def _partly(name: str, content, counts: tuple, reasons: dict, **more) -> Case:
    return partly(f"inspect_{name}", FORMAT, SUFFIX, content, counts, reasons, **more)


def _zips() -> Iterator[Case]:
    for name, method in (("stored", STORED), ("deflate", DEFLATE), ("zstd", ZSTD)):
        yield _loaded(name, log(method=method), 4)
    members = [("header.json", text(header()), DEFLATE)]
    rows = text([summary(str(number)) for number in range(300)])
    many = zipped(*members, ("summaries.json", rows, ZSTD, 7))
    yield _loaded("several_frames", many, 901, notes=("summary_without_sample",))
    mixed = zipped(
        ("samples/a.json", text(summary()), ZSTD),
        ("summaries.json", text([summary()]), STORED),
        ("../header.json", b"junk", DEFLATE),
        ("header.json", text(header()), DEFLATE),
    )
    yield _loaded("mixed_with_junk", mixed, 4)
    flag = [("samples/flag.encrypted_epoch_1.json", text(summary("flag.encrypted")))]
    yield _loaded("sample_called_encrypted", log([summary("flag.encrypted")], flag), 4)
    yield _refused("cut", GOOD[:-40], "broken_log")
    yield _refused("cut_in_the_middle", GOOD[: len(GOOD) // 2], "broken_log")
    nothing = zipped(("samples/a.json", text(summary())))
    yield _refused("neither_header_nor_start", nothing, "broken_log")
    yield refused("inspect_empty", None, SUFFIX, b"", "empty_file")
    yield refused("inspect_no_zip", None, SUFFIX, b"no zip at all", "unknown_format")


def _headers() -> Iterator[Case]:
    start = ("_journal/start.json", text(header()))
    at = "header.json"
    broken = zipped(start, ("header.json", text(header())[:-9]))
    yield _refused("header_cut", broken, "broken_log", at)
    crc = zipped(start, ("header.json", text(header())), crc_of="header.json")
    yield _refused("header_of_another_crc", crc, "broken_log", at)
    huge = later(lambda: zipped(start, ("header.json", bytes(300 << 20), ZSTD)))
    yield _refused("header_over_the_cap", huge, "broken_log", at)
    lying = zipped(start, ("header.json", bytes(1 << 20), ZSTD), said_bytes=10)
    yield _refused("header_longer_than_said", lying, "broken_log", at)
    rows = ("summaries.json", text([summary()]))
    piece = ("_journal/summaries/1.json", text([summary()]))
    whole = ("header.json", text(header()))
    for twice in (whole, start, rows, piece):
        other = (twice[0], text(header() | {"status": "error"}))
        members = [each for each in (start, whole, rows) if each[0] != twice[0]]
        for again, second in (("differs", other), ("is_equal", twice)):
            name = twice[0].replace("/", "_").removesuffix(".json")
            found = zipped(twice, *members, second)
            case = f"{name}_twice_and_{again}"
            yield _refused(case, found, "duplicate_key", twice[0])
    nobody = zipped(("header.json", text(header(eval={"task": "maze"}))))
    yield _refused("header_without_model", nobody, "broken_log", at)
    for name, before, after, place in (
        ("top", b'"status"', b'"version": 2, "status"', "/"),
        ("eval", b'"task_id"', b'"model": "m/y", "task_id"', "/eval"),
        ("settings", b'"task_id"',
         b'"model_args": {"a": {"b": {"c": {"d": {"e": 1, "e": 2}}}}}, "task_id"',
         "/eval/model_args/a/b/c/d"),
    ):  # fmt: skip
        twice = text(header()).replace(before, after)
        yield _refused(
            f"header_field_twice_in_{name}",
            zipped(("header.json", twice)),
            "duplicate_field",
            f"header.json#{place}",
        )
    odd = log(plan={"config": ["low"]})
    yield _loaded("config_is_a_list", odd, 4, notes=("wrong_type",))
    journal = zipped(
        ("_journal/start.json", text(header())),
        ("samples/a.json", text(summary())),
        ("_journal/summaries/1.json", text([summary()])),
    )
    yield _loaded("killed", journal, 4)


def _members() -> Iterator[Case]:
    rows, sample = [summary()], ("samples/a.json", text(summary()))
    head = ("header.json", text(header()))
    broken = zipped(head, sample, ("summaries.json", text(rows)[:-4]))
    yield _loaded("summaries_cut", broken, 4, notes=("broken_summaries",))
    crc = zipped(head, sample, ("summaries.json", text(rows)), crc_of="summaries.json")
    yield _loaded("summaries_of_another_crc", crc, 4, notes=("broken_summaries",))
    huge = later(
        lambda: zipped(head, sample, ("summaries.json", bytes(300 << 20), ZSTD))
    )
    yield _loaded("summaries_over_the_cap", huge, 4, notes=("broken_summaries",))
    good = ("samples/b.json", text(summary("b")))
    for name, content, reason, at in (
        ("cut", text(summary())[:-4], "broken_member", "samples/a.json#byte "),
        ("no_object", b"[1]", "not_a_record", "samples/a.json#"),
    ):
        length = len(content) if at.endswith(" ") else ""
        members = zipped(head, good, ("samples/a.json", content))
        yield _partly(f"sample_{name}", members, (4, 1), {reason: f"{at}{length}"})
    crc = zipped(head, good, sample, crc_of="samples/a.json")
    reasons = {"broken_member": "samples/a.json"}
    yield _partly("sample_of_another_crc", crc, (4, 1), reasons)
    huge = later(lambda: zipped(head, good, ("samples/a.json", bytes(300 << 20), ZSTD)))
    reasons = {"member_too_large": "samples/a.json"}
    yield _partly("sample_over_the_cap", huge, (4, 1), reasons)
    for name, begun, closed, at in (
        ("key", b'{"', b'": 1}', ""),
        ("id", b'{"epoch": 1, "id": "', b'"}', "/id"),
        ("error", b'{"error": {"message": "', b'"}}', "/error"),
        ("role", b'{"messages": [{"role": "', b'"}]}', "/messages"),
        ("event", b'{"transcript": {"events": [{"name": "', b'"}]}}', "/events"),
    ):
        huge = later(
            lambda begun=begun, closed=closed: zipped(
                head, good, ("samples/a.json", begun + b"x" * (17 << 20) + closed)
            )
        )
        reasons = {"text_too_long": f"samples/a.json#{at}"}
        yield _partly(f"sample_of_a_huge_{name}", huge, (4, 1), reasons)
    again = zipped(head, ("samples/a.json", text(summary("z"))), sample)
    reasons = {"superseded_sample": "samples/a.json"}
    yield _partly("sample_twice_by_name", again, (4, 1), reasons)


def _rows() -> Iterator[Case]:
    yield from _broken_summaries()
    yield from _repeated_summaries()
    yield from _summaries_and_samples()


def _broken_summaries() -> Iterator[Case]:
    good = summary("good")
    for name, changes, reason, field in (
        ("epoch_zero", {"epoch": 0}, "epoch_not_positive", "epoch"),
        ("epoch_negative", {"epoch": -1}, "count_negative", "epoch"),
        ("epoch_fraction", {"epoch": 1.5}, "count_fractional", "epoch"),
        ("epoch_text", {"epoch": "1"}, "wrong_type", "epoch"),
        ("id_null", {"id": None}, "null_field", "id"),
        ("id_empty", {"id": " "}, "empty_text", "id"),
        ("id_huge", {"id": "x" * 1001}, "text_too_long", "id"),
        ("time_negative", {"total_time": -1}, "seconds_negative", "total_time"),
        ("bad_date", {"started_at": "yesterday"}, "not_a_time", "started_at"),
        ("turns_huge", {"turn_count": 1 << 63}, "value_too_large", "turn_count"),
    ):
        rows = [good, summary() | changes]
        reasons = {reason: f"summaries.json#/1/{field}"}
        yield _partly(name, log(rows), (4, 1), reasons)
    for name, number, reason in (
        ("tokens_negative", -1, "count_negative"),
        ("tokens_over_64_bits", 1 << 63, "value_too_large"),
    ):
        usage = {"m/x": {"input_tokens": number, "output_tokens": 1}}
        at = "summaries.json#/1/model_usage/m~1x/input_tokens"
        rows = [good, summary(model_usage=usage)]
        yield _partly(name, log(rows), (4, 1), {reason: at})


def _repeated_summaries() -> Iterator[Case]:
    """Yield logs with a sample, or a field, more than once."""
    good = summary("good")
    reasons = {"superseded_sample": "summaries.json#/0"}
    again = log([summary(1), summary("1")], [("samples/1.json", text(summary("1")))])
    yield _partly("one_as_number_and_text", again, (4, 1), reasons)
    twice = text(good)[:-1] + b', "epoch": 1}'
    rows = b"[" + text(summary()) + b"," + twice + b"]"
    samples = [(f"samples/{name}.json", b"{}") for name in "ab"]
    reasons = {"duplicate_field": "summaries.json#/1"}
    yield _partly("field_twice", log(rows, samples), (4, 1), reasons)
    for field, inner, at in (
        ("scores", b'{"s": {"value": 1}, "s": {"value": 0}}', "scores"),
        ("scores", b'{"s": {"value": 1, "value": 0}}', "scores/s"),
        ("scores", b'{"s": {"value": {"k": 1, "k": 0}}}', "scores/s/value"),
        ("scores", b'{"s": {"value": {"k": {"l": 1, "l": 0}}}}', "scores/s/value/k"),
        ("model_usage", b'{"m/x": {"input_tokens": 1, "input_tokens": 2}}',
         "model_usage/m~1x"),
        ("metadata", b'{"human_minutes": 1, "human_minutes": 2}', "metadata"),
        ("metadata", b'{"a": {"b": {"c": {"d": 1, "d": 2}}}}', "metadata/a/b/c"),
    ):  # fmt: skip
        twice = text(summary(**{field: 0})).replace(
            f'"{field}": 0'.encode(), f'"{field}": '.encode() + inner
        )
        rows = b"[" + text(good) + b"," + twice + b"]"
        reasons = {"duplicate_field": f"summaries.json#/1/{at}"}
        name = f"field_twice_in_{at.replace('/', '_')}"
        yield _partly(name, log(rows, samples), (4, 1), reasons)


def _summaries_and_samples() -> Iterator[Case]:
    """Yield logs whose summaries and samples differ, or of which one is missing."""
    odd = text([summary(scores={"match": {"value": 9}})]).replace(b": 9}", b": NaN}")
    yield _loaded("not_a_number", log(odd, [("samples/a.json", b"{}")]), 4)
    without = log([summary("a"), summary("b")], [("samples/a.json", text(summary()))])
    yield _loaded(
        "summary_without_sample", without, 7, notes=("summary_without_sample",)
    )
    more = [(f"samples/{name}.json", text(summary(name))) for name in "ab"]
    yield _loaded(
        "sample_without_summary", log(None, more), 7, notes=("sample_without_summary",)
    )
    other = text(summary(scores={"match": {"value": "I"}}))
    content = log([summary()], [("samples/a.json", other)], invalidated=True)
    yield _loaded(
        "summary_contradicts_sample", content, 4, notes=("summary_contradicts_sample",)
    )
    value = {"a": 1, "b": "NaN", "c": [0.5]}
    as_written = b'{"a": 1.0, "b": NaN,\n "c": [0.5]}'
    dict_valued = summary(scores={"match": {"value": value}})
    same = text(dict_valued).replace(text(value), as_written)
    rows = b"[" + text(dict_valued).replace(b'"NaN"', b"NaN") + b"]"
    content = log(rows, [("samples/a.json", same)], invalidated=True)
    yield _loaded("summary_written_otherwise", content, 6)
    yield _loaded("no_samples", log([]), 1, notes=("samples_not_logged",))


def _json() -> Iterator[Case]:
    good = text(header(samples=[summary()]))

    def as_json(name: str, content: bytes, reason: str, at: str = "file") -> Case:
        return refused(f"inspect_json_{name}", FORMAT, ".json", content, reason, at)

    yield loaded("inspect_json", FORMAT, ".json", good, 4)
    for first in ({"results": {"scores": []}}, {"etag": None}):
        (name,) = first
        content = text(first | header(samples=[summary()]))
        yield loaded(f"inspect_json_begins_with_{name}", FORMAT, ".json", content, 4)
    yield as_json("cut", good[:-9], "truncated", f"byte {len(good) - 9}")
    yield as_json("of_version_3", good.replace(b": 2,", b": 3,", 1), "unknown_version")
    infinite = good.replace(b'"C"', b"-Infinity")
    yield loaded("inspect_json_infinite", FORMAT, ".json", infinite, 4)
    bad = text(header(samples=[summary(), summary("b", 0)]))
    reasons = {"epoch_not_positive": "/samples/1/epoch"}
    yield partly("inspect_json_epoch", FORMAT, ".json", bad, (4, 1), reasons)


def _versions() -> Iterator[Case]:
    yield _loaded("version_3", log(version=3), 4)
    about = {"run_id": "r", "task_id": "t", "task": "maze", "model": "x"}
    yield _loaded("without_eval_id", log(eval=about), 4)
    old = {"id": 1, "epoch": 1, "scores": {"match": {"value": "C"}}}
    whole = old | {"model_usage": USAGE, "events": [{"event": "model"}]}
    yield _loaded("old_summaries", log([old], [("samples/1.json", text(whole))]), 4)
