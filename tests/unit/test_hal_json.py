"""HAL traces: what Python writes and JSON does not know, however it is decoded."""

import json

import msgspec
import pytest
from hal_traces import (
    call,
    read,
    tolerant,
    trace,
)

from loaders.contract.records import FileRefused
from loaders.hal import cut_log as hal_cut_log
from loaders.hal import trace as hal
from sample import hal as sample_hal


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_nan_is_null_and_half_a_pair_is_replaced(indent, separators):
    nan, half = float("nan"), "cut \ud83d off \\ud800 \U0001f600"
    document = trace(
        results={"accuracy": nan, "x": [nan, -float("inf"), 1, float("inf")]},
        config={"agent_args": {"note": half, "like": 'NaN, "NaN": NaN'}},
        raw_logging_results=[call("1", inputs={"messages": [half, "\ude00\ud83d"]})],
    )
    written = json.dumps(document, indent=indent, separators=separators)
    loaded = read(written)
    # With the space before it, where there is one.
    first_nan = written.index('"accuracy":') + len('"accuracy":')
    evaluation = loaded.evaluation
    assert evaluation["accuracy"] is None
    assert json.loads(evaluation["extra_results"]) == {"x": [None, None, 1, None]}
    assert json.loads(evaluation["agent_args"]) == {
        "note": "cut \ufffd off \\ud800 \U0001f600",
        "like": 'NaN, "NaN": NaN',
    }
    assert loaded.rows("warnings") == [
        {
            "pointer": f"byte {first_nan}",
            "trace_number": 1,
            "note_code": "not_finite",
            "detail": "NaN or Infinity appears there 4 times and was read as null",
        },
        {
            "pointer": f"byte {written.index('ud83d') - 1}",
            "trace_number": 1,
            "note_code": "lone_surrogate",
            "detail": "half a surrogate pair appears there 4 times and was read as "
            "U+FFFD",
        },
    ]


def test_a_byte_order_mark_is_noted():
    loaded = read(b"\xef\xbb\xbf" + json.dumps(trace()).encode())
    assert [row["note_code"] for row in loaded.rows("warnings")] == ["byte_order_mark"]


SAMPLE = {
    name: content for name, content in sample_hal.contents() if name.endswith(".json")
}


@pytest.mark.parametrize("name", SAMPLE)
def test_every_way_of_decoding_gives_the_same_rows(name, monkeypatch):
    content = SAMPLE[name]
    tables = read(content).all_rows
    notes = tables.pop("raw.hal_warnings", [])
    assert {note["note_code"] for note in notes} <= {"not_finite", "lone_surrogate"}
    # Python's own reader decides what the numbers and texts are.
    assert read(tolerant(content)).all_rows == tables
    # A part that no table takes makes the whole document one that must be repaired.
    odd = content.replace(b"{", b'{"another_part": [NaN, "\\ud800"], ', 1)
    repaired = read(odd).all_rows
    assert repaired.pop("raw.hal_warnings")
    assert repaired == tables
    # Where the log cannot be cut out.
    refuse_all = hal.raw_json.decoder(dict[str, bool])
    monkeypatch.setattr(hal, "_CUT_LOG", refuse_all)
    one_by_one = read(content).all_rows
    one_by_one.pop("raw.hal_warnings", None)
    assert one_by_one == tables


LOG_BY_TASK = {
    "a": {
        # What looks like the part after the log.
        "messages": [{"x": 1, "metadata": 2, "total_usage": {}}, '", "results": {}}'],
        "call_metadata": [{"usage": {"input_tokens": 5}}],
    },
    "b": {"call_metadata": None},
}


AFTER = {"total_usage": {"o3": {"input_tokens": 5}}, "task_metrics": {"total_cost": 1}}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("before", "after", "is_cut"),
    [
        ({}, AFTER, True),
        ({"metadata": '"raw_logging_results": {'}, AFTER, True),
        ({}, {"git_info": {}}, True),
        ({}, {"unknown": 1, **AFTER}, False),
        ({}, {}, True),
        ({"metadata": {"raw_logging_results": {}}}, AFTER, False),
        ({"total_usage": {}}, AFTER, True),
    ],
)
def test_a_log_by_task_is_cut_out_where_it_can_be(
    before, after, is_cut, indent, monkeypatch
):
    whole = trace()
    parts = [(name, whole[name]) for name in ("config", "results")]
    parts += [*before.items(), ("raw_logging_results", LOG_BY_TASK), *after.items()]
    inside = (json.dumps(dict([part]), indent=indent)[1:-1] for part in parts)
    written = ("{" + ",".join(inside) + "}").encode()

    def outcome():
        try:
            return read(written).all_rows
        except FileRefused as refused:
            return refused.reason_code, refused.position, refused.detail

    try:
        cut = hal_cut_log.CutLog().decode(memoryview(written))
        assert [str(name) for name in cut] == [name for name, _ in parts]
        assert is_cut
    except msgspec.ValidationError:
        assert not is_cut
    expected = outcome()
    is_refused = isinstance(expected, tuple)
    assert is_refused == ("total_usage" in before)
    monkeypatch.setattr(hal, "_CUT_LOG", hal.raw_json.decoder(dict[str, bool]))
    assert outcome() == expected


@pytest.mark.parametrize(
    "log",
    [
        "[]",
        '{"a": {}, "a": {}}',
        '{"a": {}, "b": 3}',
        '{"a": {}}, "raw_logging_results": {"a": {}}',
        '{"a": {}, "results": {}}',
        '{"a": {}}}',
        '{"a": {}',
        '{"a": {"x": [1,]}}',
    ],
)
def test_a_log_that_is_cut_out_wrongly_is_not_believed(log, monkeypatch):
    written = json.dumps(trace(raw_logging_results="@")).replace('"@"', log)

    def outcome():
        try:
            loaded = read(written)
        except FileRefused as refused:
            return refused.reason_code, refused.position, refused.detail
        return loaded.all_rows, loaded.quarantined

    expected = outcome()
    monkeypatch.setattr(hal, "_CUT_LOG", hal.raw_json.decoder(dict[str, bool]))
    assert outcome() == expected


def test_msgspec_is_as_strict_as_it_was():
    # What is repaired is what it refuses; if it stops refusing, NaN would slip through.
    for written in (b"[NaN]", b"[Infinity]", b'["\\ud800"]', b'["\\ude00"]'):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(written)
