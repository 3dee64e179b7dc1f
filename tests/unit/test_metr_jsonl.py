"""METR JSONL: which line becomes which row or quarantine entry."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import json_lines, records, rules
from loaders.contract.records import FileRefused, Quarantined
from loaders.metr import jsonl as metr_jsonl
from loaders.metr.tables import METR_HORIZON_RUNS, METR_WARNINGS

FIXTURE = Path(__file__).parents[1] / "fixtures" / "metr_horizon_sample.jsonl"
COLUMNS = list(METR_HORIZON_RUNS.types)
REQUIRED = {
    "run_id": "r",
    "task_id": "f/v",
    "task_family": "f",
    "alias": "GPT",
    "model": "g",
    "score": 0.5,
    "score_binarized": 1,
    "human_minutes": 2.5,
}


def read(content: str | bytes) -> tuple[list[dict], list[Quarantined]]:
    """Return the rows, by column, and the quarantine entries of a file."""
    if isinstance(content, str):
        content = content.encode()
    batches = list(metr_jsonl.read(io.BytesIO(content)))
    runs = [batch for batch in batches if batch.table is METR_HORIZON_RUNS]
    rows = [row for batch in runs for row in batch.rows]
    return (
        [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        [entry for batch in batches for entry in batch.quarantined],
    )


def notes(content: bytes) -> list[tuple]:
    """Return line and code of what is odd about a file and loaded all the same."""
    batches = list(metr_jsonl.read(io.BytesIO(content)))
    odd = [batch for batch in batches if batch.table is METR_WARNINGS]
    return [row[:2] for batch in odd for row in batch.rows]


def line(**fields) -> str:
    """Return a good run as a line, with some fields replaced or added."""
    return json.dumps(REQUIRED | fields) + "\n"


def with_value(name: str, written: str) -> str:
    """Return a good run as a line, with one value written as given."""
    return line(**{name: "@"}).replace('"@"', written)


def test_a_line_becomes_a_row_and_what_is_optional_may_be_missing():
    (row,), quarantined = read(line())
    absent = dict.fromkeys(set(COLUMNS) - set(REQUIRED) - {"line"})
    assert row == {"line": 1} | REQUIRED | absent
    assert quarantined == []


def test_the_ten_rows_of_the_fixture():
    rows, quarantined = read(FIXTURE.read_bytes())
    assert (len(rows), quarantined) == (10, [])
    first, human = rows[0], rows[-1]
    # Values that differ in every column tell columns that were swapped.
    assert first["run_id"] == "sample_0006"
    assert first["fatal_error_from"] == "usageLimits"
    assert (first["started_at"], first["completed_at"]) == (
        1735695000000,
        1735696299018,
    )
    assert (first["time_limit"], first["human_source"]) == (28_800, "baseline")
    assert (human["run_id"], human["alias"]) == ("24", "human")
    assert (human["dollar_equivalent"], human["total_tokens"]) == (52.0, 5200.0)
    assert (human["equal_task_weight"], human["invsqrt_task_weight"]) == (
        0.04,
        0.0437272652,
    )


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("run_id", "17", "17"),
        ("run_id", '"0017"', "0017"),
        ("run_id", '"\\u00e9\\/"', "é/"),
        ("run_id", '"\\ud83d\\ude00"', "😀"),
        ("alias", '"a\\ud800b"', "a\ufffdb"),
        ("alias", '"\\\\ud800"', "\\ud800"),
        ("score", "1", 1.0),
        ("score", "1E-3", 0.001),
        ("score_binarized", "0.0", 0),
        ("started_at", "1734070031112.0", 1734070031112),
        ("completed_at", "null", None),
        ("human_score", "-0.8", -0.8),
        ("fatal_error_from", '""', ""),
        ("time_limit", "1800", 1800.0),
    ],
)
def test_values_are_kept_as_written(name, written, value):
    (row,), quarantined = read(with_value(name, written))
    assert row[name] == value
    assert type(row[name]) is type(value)
    assert quarantined == []


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        ("{", "invalid_json"),
        (line().rstrip()[:-1], "invalid_json"),
        (line().rstrip() + "{}", "invalid_json"),
        (line().replace('"', "'"), "invalid_json"),
        ('{"a": 1,}', "invalid_json"),
        ("run_id: 1", "invalid_json"),
        ('{"a": "\t"}', "invalid_json"),
        ('{"a": "\x00"}', "invalid_json"),
        ("[]", "not_a_record"),
        ("3", "not_a_record"),
        ('"text"', "not_a_record"),
        ('{"a": 1, "a": 1}', "duplicate_field"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate_field"),
        ('{"\\ud800": 1, "\\ud801": 2}', "duplicate_field"),
        (with_value("score", "NaN"), "not_finite"),
        (with_value("score", "-Infinity"), "not_finite"),
        (with_value("score", "1e999"), "not_finite"),
        (with_value("score", "9" * 5000), "not_finite"),
        (with_value("score", '"1"'), "wrong_type"),
        (with_value("score", "true"), "wrong_type"),
        (with_value("score", "null"), "null_field"),
        (with_value("score_binarized", "2"), "score_binarized_invalid"),
        (with_value("score_binarized", "0.5"), "score_binarized_invalid"),
        (with_value("score_binarized", "false"), "wrong_type"),
        (with_value("human_minutes", "0"), "human_minutes_not_positive"),
        (with_value("run_id", "true"), "wrong_type"),
        (with_value("run_id", "1.5"), "wrong_type"),
        (with_value("run_id", '""'), "empty_text"),
        (with_value("alias", '" "'), "empty_text"),
        (with_value("alias", "3"), "wrong_type"),
        (with_value("note", "[" * 128 + "]" * 128), "too_deep"),
        (with_value("note", "[" * 100_000 + "]" * 100_000), "too_deep"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        (with_value("note", "[" + "[]," * 200_000 + "[]]"), "too_many_values"),
        (b'{"a": "\xe9"}', "wrong_encoding"),
        ("\ufeff{}", "invalid_json"),
    ],
)
def test_a_bad_line_is_quarantined_alone(content, reason_code):
    if isinstance(content, str):
        content = content.encode()
    good = line().encode()
    rows, (entry,) = read(good + content.rstrip(b"\n") + b"\n" + good)
    assert [row["line"] for row in rows] == [1, 3]
    assert (entry.position, entry.line) == ("2", 2)
    assert entry.reason_code == reason_code
    assert entry.detail.endswith(records.RECORD_REASONS[reason_code])
    assert len(entry.detail) < 200
    assert len(entry.record_excerpt) <= 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("started_at", "1e19"),
        ("completed_at", "9223372036854775808"),
        ("started_at", '"1734070031112"'),
        ("started_at", '"yesterday"'),
        # Also the 31st of December 1734, with any character before 11:12.
        ("started_at", '"1734123131112"'),
        ("started_at", "true"),
        ("total_tokens", "[]"),
        ("human_source", "{}"),
        ("generation_cost", "-1"),
        ("task_version", "3"),
        ("time_limit", '"1 h"'),
    ],
)
def test_a_field_that_a_run_may_go_without_costs_the_field_alone(name, value):
    rows, quarantined = read(with_value(name, value).encode() + line().encode())
    assert quarantined == []
    assert [row[name] for row in rows] == [None, None]
    assert [row["extra"] and json.loads(row["extra"]) for row in rows] == [
        {name: json.loads(value)},
        None,
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1734070031112.75", 1734070031112),
        ("1734070031112.0", 1734070031112),
        ('"2024-12-13T06:07:11.112Z"', 1734070031112),
        ('"2024-12-13T07:07:11.112+01:00"', 1734070031112),
        ('"2024-12-13 06:07:11.112"', 1734070031112),
        ("-0.5", -1),
        ("1735689600000000000", 1735689600000000000),
    ],
)
def test_a_time_may_have_a_fraction_or_be_text(value, expected):
    [row], quarantined = read(with_value("started_at", value).encode())
    assert (row["started_at"], row["extra"], quarantined) == (expected, None, [])


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_field_quarantines_its_line(name):
    fields = {key: value for key, value in REQUIRED.items() if key != name}
    _, (entry,) = read(json.dumps(fields))
    assert entry.reason_code == "missing_field"
    assert entry.detail.startswith(name)


def test_extra_fields_are_kept_as_json():
    (row,), _ = read(line(note={"a": [1, None, "\ud800"]}, other=2**100))
    assert json.loads(row["extra"]) == {
        "note": {"a": [1, None, "\ufffd"]},
        "other": 2**100,
    }


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *[("note", "NaN"), ("note", "[1, -Infinity]"), ("note", '{"a": 1e999}')],
        *[("note", "9" * 5000), ("total_tokens", "NaN"), ("time_limit", "9" * 400)],
        ("human_score", "9" * 250 + "e99"),
    ],
)
def test_a_number_that_is_none_is_null_where_a_run_may_lack_it(name, written):
    content = line() + with_value(name, written) + line(run_id="last")
    rows, quarantined = read(content)
    value = rows[1].get(name) or json.loads(rows[1]["extra"] or "{}").get(name)
    assert value in (None, [1, None], {"a": None})
    assert quarantined == []
    assert notes(content.encode()) == [(2, "not_finite")]


def test_what_is_odd_but_usable_is_noted_once_for_each_kind():
    odd = with_value("alias", r'"\ud800 \udc00\ud800"') + line(run_id="s")
    content = ("\ufeff" + odd + with_value("note", "NaN") * 3).encode()
    batches = list(metr_jsonl.read(io.BytesIO(content)))
    assert batches[-1].table is METR_WARNINGS
    assert [row[:2] for row in batches[-1].rows] == [
        (1, "byte_order_mark"),
        (1, "lone_surrogate"),
        (3, "not_finite"),
    ]
    assert batches[-1].rows[2][2].endswith(", 3 times")


def test_a_surrogate_pair_is_one_character_and_not_odd():
    content = with_value("alias", r'"\ud83d\udca5"')
    assert read(content)[0][0]["alias"] == "💥"
    assert notes(content.encode()) == []


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + line(),
        line().rstrip(),
        line().replace("\n", "\r\n"),
        f"\n  \n{line()}\n",
        f"  {line()}",
    ],
)
def test_harmless_forms_are_read(content):
    (row,), quarantined = read(content)
    assert row["run_id"] == "r"
    assert quarantined == []


@pytest.mark.parametrize("block_bytes", [10, 1_000_000])
def test_empty_lines_are_counted_and_passed_over(monkeypatch, block_bytes):
    monkeypatch.setattr(json_lines, "_BLOCK_BYTES", block_bytes)
    lines = [*[""] * 40, json.dumps(REQUIRED), *[" \r"] * 30, "{", *[""] * 30]
    (row,), (entry,) = read("\n".join(lines))
    assert (row["line"], entry.line) == (41, 72)


def test_a_truncated_last_line_is_quarantined():
    content = line() + line(run_id="é")
    rows, (entry,) = read(content.encode()[:-60])
    assert len(rows) == 1
    assert (entry.reason_code, entry.line) == ("invalid_json", 2)


def test_an_endless_line_is_quarantined_and_passed_over(monkeypatch):
    monkeypatch.setattr(json_lines, "RECORD_BYTES", 1000)
    for length in (999, 1000, 1001, 2002, 5000):
        filler = "x" * (length - len(line(note="").rstrip()))
        rows, quarantined = read(line(note=filler) + line(run_id="after"))
        is_too_long = length >= 1000
        assert [entry.reason_code for entry in quarantined] == (
            ["line_too_long"] if is_too_long else []
        )
        assert (rows[-1]["run_id"], rows[-1]["line"]) == ("after", 2)


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (line().encode("utf-16"), "wrong_encoding"),
        (line().encode("utf-16-be"), "wrong_encoding"),
        (line().encode("utf-32"), "wrong_encoding"),
    ],
)
def test_a_doubtful_file_is_refused(content, reason_code):
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert refused.value.reason_code == reason_code


def test_records_come_in_batches(monkeypatch):
    monkeypatch.setattr(json_lines, "_BLOCK_BYTES", 1500)
    content = FIXTURE.read_bytes()
    batches = list(metr_jsonl.read(io.BytesIO(content)))
    assert sum(len(batch.rows) for batch in batches) == 10
    assert len(batches) == 3
    assert batches[-1].byte_offset == len(content)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.text(max_size=3), inside, max_size=3)
    ),
    max_leaves=4,
)
ids = st.text(min_size=1, max_size=8).filter(rules.canonical)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            ids, st.dictionaries(st.sampled_from([*COLUMNS, "x"]), values, max_size=3)
        ),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
def test_every_line_is_loaded_or_quarantined(runs, ensure_ascii):
    lines = [
        json.dumps(REQUIRED | changes | {"run_id": run_id}, ensure_ascii=ensure_ascii)
        for run_id, changes in runs
    ]
    rows, quarantined = read("\n".join(lines))
    assert len(rows) + len(quarantined) == len(runs)
    for row in rows:
        assert row["run_id"] == rules.canonical(runs[row["line"] - 1][0])


@settings(max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='{}[]"\\:,0.eE-ntrfu \n\t', max_size=60).map(str.encode),
        st.tuples(st.integers(0, 200), st.binary(max_size=3)).map(
            lambda cut: line().encode()[: cut[0]] + cut[1] + line().encode()[cut[0] :]
        ),
    )
)
def test_no_content_crashes_the_reader(content):
    try:
        rows, quarantined = read(content)
    except FileRefused:
        return
    assert len(rows) + len(quarantined) > 0


def test_the_real_file(real_data):
    with (real_data / "metr" / "runs.jsonl").open("rb") as stream:
        batches = list(metr_jsonl.read(stream))
    rows = [row for batch in batches for row in batch.rows]
    assert len(rows) == 7_063
    assert len({row[1] for row in rows}) == 7_063
    assert sum(row[4] == "human" for row in rows) == 211
    assert not any(batch.quarantined for batch in batches)


def test_the_names_of_the_newer_files():
    newer = {name: value for name, value in REQUIRED.items() if name != "score"}
    newer |= {"score_cont": 0.7, "tokens_count": 45678, "generation_cost": 1.25}
    newer |= {"human_cost": 90.0, "scaffold": "flock", "task_source": "pottery"}
    newer |= {"task_version": "1.2.0"}
    (row,), quarantined = read(json.dumps(newer))
    assert quarantined == []
    assert (row["score"], row["total_tokens"]) == (0.7, 45678.0)
    assert (row["generation_cost"], row["human_cost"]) == (1.25, 90.0)
    names = (row["scaffold"], row["task_source"], row["task_version"])
    assert names == ("flock", "pottery", "1.2.0")
    assert row["extra"] is None


def test_a_second_score_stays_in_extra_and_may_be_nan():
    (row,), _ = read(line(score=0.25, score_cont=0.7))
    assert (row["score"], row["extra"]) == (0.25, '{"score_cont": 0.7}')
    (row,), _ = read(with_value("score_cont", "NaN"))
    assert (row["score"], row["extra"]) == (0.5, '{"score_cont": null}')


@pytest.mark.parametrize("score", [1.3, -0.1])
def test_a_score_outside_0_to_1_is_kept_as_written_with_a_note(score):
    content = line() + line(run_id="s", score=score)
    rows, quarantined = read(content)
    assert ([row["score"] for row in rows], quarantined) == ([0.5, score], [])
    assert notes(content.encode()) == [(2, "score_outside_0_1")]


def test_a_missing_field_is_reported_with_the_known_names():
    fields = {name: value for name, value in REQUIRED.items() if name != "score"}
    _, (entry,) = read(json.dumps(fields))
    assert entry.detail.startswith("score or score_cont is missing (")
    assert "tokens_count" in entry.detail


@pytest.mark.parametrize(
    ("document", "reason_code", "where"),
    [
        (
            {"version": 1, "runs": [REQUIRED]},
            "missing_field",
            "whose field 'runs' holds",
        ),
        ({"a": REQUIRED, "b": REQUIRED}, "missing_field", "of columns or of records: "),
        ({name: [each] for name, each in REQUIRED.items()}, "wrong_type", "of columns"),
    ],
)
def test_an_object_that_holds_the_runs_is_refused_with_what_it_is(
    document, reason_code, where
):
    _, (entry,) = read(json.dumps(document))
    assert entry.reason_code == reason_code
    assert entry.detail.startswith("run_id is ")
    assert f" in an object {where}" in entry.detail
    assert entry.detail.endswith(records.RECORD_REASONS[reason_code])


def test_a_run_without_an_id_is_not_an_object_of_runs():
    fields = {name: value for name, value in REQUIRED.items() if name != "run_id"}
    _, (entry,) = read(json.dumps(fields | {"calls": [{"tokens": 1}]}))
    assert entry.detail.startswith("run_id is missing (the format's fields: ")


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("run_id", "205615.0", "an id is text or a whole number; "),
        ("score_binarized", "true", "and is not true or false"),
    ],
)
def test_a_value_of_another_type_is_refused_with_what_to_write(name, written, expected):
    _, (entry,) = read(with_value(name, written))
    assert entry.reason_code == "wrong_type"
    assert entry.detail.startswith(f"{name} is the ")
    assert expected in entry.detail
