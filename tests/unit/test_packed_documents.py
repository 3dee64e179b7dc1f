"""Documents that are packed, and JSON that is not quite: how much of it is read."""

import gzip
import json
import tracemalloc

import msgspec
import pytest
from backports import zstd

from loaders.contract import foreign, json_object, long_keys, raw_json, repair, unpacked
from loaders.contract.files import OpenFile, open_regular
from loaders.contract.limits import RECORD_BYTES
from loaders.contract.records import FileRefused, RecordRefused
from loaders.hal import trace

TRACE = (
    b'{"config": {"run_id": "r", "benchmark_name": "gaia", "agent_name": "a"},'
    b' "results": {"failed_tasks": ["t"]}, "x": [%s]}'
)


def read(tmp_path, content: bytes) -> list:
    """Return all rows of a packed trace, and what was kept back."""
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress(content))
    with open_regular(str(path)) as file:
        batches = trace.read(unpacked.opened(OpenFile(file)))
        return [
            record for batch in batches for record in [*batch.rows, *batch.quarantined]
        ]


@pytest.mark.parametrize(
    ("file_bytes", "most"),
    [
        (1, 209_715_200),
        (15_000_000, 300_000_000),
        (50_000_000, 400_000_000),
        (150_000_000, 600_000_000),
    ],
)
def test_a_packed_document_is_so_many_times_its_file(file_bytes, most):
    assert unpacked.most_document_bytes(file_bytes) == most


def test_a_packed_document_that_is_larger_is_refused(tmp_path, monkeypatch):
    content = TRACE % b"1"
    monkeypatch.setattr(unpacked, "_DOCUMENT_GROWTH", 0)
    monkeypatch.setattr(unpacked, "_LARGE_DOCUMENT_GROWTH", 0)
    monkeypatch.setattr(unpacked, "_DOCUMENT_BYTES", len(content))
    assert read(tmp_path, content)
    with pytest.raises(FileRefused, match="one document of more than") as refused:
        read(tmp_path, content + b" ")
    assert refused.value.reason_code == "too_large"


def test_a_packed_document_with_a_key_that_is_too_long_is_refused(
    tmp_path, monkeypatch
):
    for module in (long_keys, unpacked):
        monkeypatch.setattr(module, "RECORD_BYTES", 5_000)
    monkeypatch.setattr(unpacked, "LONG_BYTES", 0)
    # A text of any length is no key.
    assert read(tmp_path, TRACE % b'"%s"' % (b"x" * 9_000))
    with pytest.raises(FileRefused, match="a key is longer") as refused:
        read(tmp_path, TRACE % b'{"%s": 1}' % (b"x" * 5_001))
    assert refused.value.reason_code == "record_too_large"


def test_numbers_that_are_no_json_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(repair, "_MOST_ODD", 3)
    for odd in (b"NaN", b"-Infinity", rb'"\ud800"'):
        assert read(tmp_path, TRACE % b",".join([odd] * 3))
        with pytest.raises(FileRefused, match="more than 3 times") as refused:
            read(tmp_path, TRACE % b",".join([odd] * 4))
        assert refused.value.reason_code == "not_json"


def test_a_long_document_is_put_right_on_disk_as_in_memory(monkeypatch):
    # Once there is room for null, then there is none; pieces of three bytes end inside.
    written = b'[ NaN,Infinity,"NaN",NaN,[NaN ],"\\ud800\xc3\xa9",-Infinity,NaN]'
    wanted = [None, None, "NaN", None, [None], "\ufffdé", None, None]

    def put_right() -> tuple:
        found, repaired = repair.repaired(memoryview(bytearray(written)), 10)
        return json.loads(bytes(found)), [(r.code, r.first_byte) for r in repaired]

    in_memory = put_right()
    # With the space before it; then the text.
    assert in_memory == (wanted, [("not_finite", 11), ("lone_surrogate", 43)])
    monkeypatch.setattr(repair, "LONG_BYTES", 0)
    monkeypatch.setattr(repair, "_PIECE_BYTES", 3)
    assert put_right() == in_memory


def test_a_document_may_begin_with_nan():
    found, _ = repair.repaired(memoryview(bytearray(b"NaN ")), 0)
    assert bytes(found) == b"null "


def test_a_line_without_end_is_not_held_to_look_for_merges():
    pieces = [b"x" * 1_000_000] * 30
    tracemalloc.start()
    foreign.refuse_conflicts(iter(pieces))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 5_000_000
    # Behind it a marker is found, on its line, wherever pieces begin.
    with pytest.raises(FileRefused) as refused:
        foreign.refuse_conflicts(iter([*pieces, b"\na\n<<<<", b"<<< HE", b"AD\n"]))
    assert (refused.value.reason_code, refused.value.line) == ("merge_conflict", 3)


def test_a_text_that_is_too_long_is_not_decoded():
    text = msgspec.Raw(b'"%s"' % (b"x" * RECORD_BYTES))
    with pytest.raises(RecordRefused) as refused:
        raw_json.value(text)
    assert refused.value.reason_code == "text_too_long"
    # Of a part only that it is text is asked.
    assert raw_json.part(text) == '"' + "x" * 1_999
    assert raw_json.value(msgspec.Raw(b'"x"')) == "x"


def test_a_field_that_is_too_long_is_not_decoded(monkeypatch):
    monkeypatch.setattr(json_object, "_MOST_FIELD_BYTES", 9)
    whole = {"a": msgspec.Raw(b'{"b": 12}'), "c": msgspec.Raw(b"1")}
    assert json_object.fields(whole) == {"a": {"b": 12}, "c": 1}
    with pytest.raises(RecordRefused, match="a is 10 bytes long"):
        json_object.fields(whole | {"a": msgspec.Raw(b'{"b": 123}')})


def test_an_excerpt_is_the_beginning_of_an_object():
    short = {"a": msgspec.Raw(b'{"b": 1}'), "é": msgspec.Raw(b"2")}
    assert raw_json.excerpt(short) == '{"a":{"b": 1},"é":2}'
    long = {"a": msgspec.Raw(b'"%s"' % (b"x" * 5_000)), "c": msgspec.Raw(b"1")}
    assert raw_json.excerpt(long) == '{"a":"' + "x" * 1_994
    assert raw_json.excerpt({}) == "{}"


@pytest.mark.parametrize(
    "packed",
    [
        lambda text: gzip.compress(text),
        lambda text: zstd.compress(text),
        # A frame that is skipped comes before each.
        lambda text: b"\x5f\x2a\x4d\x18\2\0\0\0xx" + zstd.compress(text),
    ],
)
def test_a_file_is_packed_in_so_many_parts(tmp_path, monkeypatch, packed):
    path = tmp_path / "x"
    part = packed(b"abc")
    path.write_bytes(part * 6)
    monkeypatch.setattr(unpacked, "_PART_BYTES", 1_000)
    monkeypatch.setattr(unpacked, "_MOST_PARTS", 12)
    with open_regular(str(path)) as file:
        assert unpacked.opened(OpenFile(file)).read(99) == b"abc" * 6
        monkeypatch.setattr(unpacked, "_MOST_PARTS", 5)
        with pytest.raises(FileRefused, match="more than 5 parts") as refused:
            unpacked.opened(OpenFile(file))
        assert refused.value.reason_code == "broken_compression"
        # A larger file may have more.
        monkeypatch.setattr(unpacked, "_PART_BYTES", len(part) // 2)
        unpacked.opened(OpenFile(file))


@pytest.mark.parametrize("between", ["\n", ","])
def test_a_file_has_so_many_traces(tmp_path, monkeypatch, between):
    traces = between.join([(TRACE % b"1").decode()] * 3)
    content = (traces if between == "\n" else f"[{traces}]").encode()
    monkeypatch.setattr(trace, "_MOST_TRACES", 3)
    assert len(read(tmp_path, content)) >= 3
    monkeypatch.setattr(trace, "_MOST_TRACES", 2)
    with pytest.raises(FileRefused, match="more than 2 traces") as refused:
        read(tmp_path, content)
    assert refused.value.reason_code == "too_many_records"
