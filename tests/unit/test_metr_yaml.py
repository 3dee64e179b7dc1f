"""METR YAML: which text becomes which row, quarantine entry or refusal."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import records, rules
from loaders.contract.records import FileRefused, Quarantined
from loaders.metr import yaml as metr_yaml
from loaders.metr import yaml_fast, yaml_full
from loaders.metr.tables import METR_RUNS, METR_WARNINGS

FIXTURE = Path(__file__).parents[1] / "fixtures" / "metr_sample.yaml"
FIELDS = "action_count: 3\nagent: a\nhuman_minutes: 2.5\nscore: 1"

FIELDS_AS_JSON = '{"action_count": 3, "agent": "a", "human_minutes": 2.5, "score": 1}'


def read(content: str | bytes) -> tuple[list[tuple], list[Quarantined]]:
    """Return the rows and the quarantine entries of a file."""
    if isinstance(content, str):
        content = content.encode()
    batches = list(metr_yaml.read(io.BytesIO(content)))
    runs = [batch for batch in batches if batch.table is METR_RUNS]
    return (
        [row for batch in runs for row in batch.rows],
        [entry for batch in batches for entry in batch.quarantined],
    )


def notes(content: bytes) -> list[tuple]:
    """Return line and code of what is odd about a file and loaded all the same."""
    batches = list(metr_yaml.read(io.BytesIO(content)))
    odd = [batch for batch in batches if batch.table is METR_WARNINGS]
    return [row[:2] for batch in odd for row in batch.rows]


def run(fields: str = FIELDS, run_id: str = "r", family: str = "f") -> str:
    """Return a file with one run; its key is in line 3."""
    inside = "".join(f"      {line}\n" for line in fields.splitlines())
    return f"{family}:\n  v:\n    {run_id}:\n{inside}"


def with_field(name: str, value: str) -> str:
    """Return a run's fields, one of them replaced."""
    kept = [line for line in FIELDS.splitlines() if not line.startswith(name)]
    return "\n".join([*kept, f"{name}: {value}"])


def test_a_run_becomes_a_row_with_its_line():
    rows, quarantined = read(run())
    assert rows == [(3, "f", "v", "r", "a", 1.0, 3, 2.5, None)]
    assert quarantined == []


def test_the_ten_rows_of_the_fixture():
    rows, quarantined = read(FIXTURE.read_bytes())
    assert len(rows) == 10
    assert rows[0][1:5] == (
        "cache_tuning",
        "hit_rate",
        "300091",
        "flock-public+modular_c3.7s_thinking@spring-eval",
    )
    assert quarantined == []


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize(
    "name",
    [
        *("0123", "1e5", "12:30", "no", "null", "~", "true", "0x1F", "1_000"),
        *("2024-01-01", "a b", "ключ", "💥", "$x_1^{$", "_x", "<b>", "-1"),
        *("drop table raw.files; --", "\u202eabc"),
    ],
)
def test_names_stay_text_as_written(name, quote):
    written = f"{quote}{name}{quote}"
    content = run(with_field("agent", written), run_id=written, family=written)
    rows, quarantined = read(content)
    if name in ("null", "~") and not quote:
        # An agent that is null is missing; a key is a key.
        assert [entry.reason_code for entry in quarantined] == ["null_field"]
    else:
        assert rows == [(3, name, "v", name, name, 1.0, 3, 2.5, None)]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[("0", 0), ("1", 1), ("1.0", 1), ("+1", 1), ("0001", 1), ("1.", 1)],
        *[("0.5", 0.5), (".5", 0.5), ("+.5", 0.5), ("5e-1", 0.5), ("5E-1", 0.5)],
        *[("0x1", 1), ("0o1", 1), ("-0.0", 0), ("1e-400", 0), ("0" * 5000 + "1", 1)],
        *[("0.1000000000000000055511151231257827", 0.1), ("1e-3", 0.001)],
    ],
)
def test_numbers_follow_the_core_schema(written, value):
    rows, _ = read(run(with_field("score", written)))
    assert rows[0][5] == value


@pytest.mark.parametrize(
    ("field", "written", "reason_code"),
    [
        ("score", "1.5", "score_out_of_range"),
        ("score", "-1e-300", "score_out_of_range"),
        ("score", ".nan", "not_finite"),
        ("score", "-.inf", "not_finite"),
        ("score", "1e999", "not_finite"),
        ("score", "9" * 5000, "not_finite"),
        ("score", "0x" + "f" * 5000, "not_finite"),
        ("score", "'1'", "wrong_type"),
        ("score", "true", "wrong_type"),
        ("score", "1_0", "wrong_type"),
        ("score", "0b1", "wrong_type"),
        ("score", "12:30", "wrong_type"),
        ("score", "1,0", "wrong_type"),
        ("score", "٠", "wrong_type"),
        ("score", "[1]", "wrong_type"),
        ("score", "{a: 1}", "wrong_type"),
        ("score", "", "null_field"),
        ("score", "~", "null_field"),
        ("action_count", "3.0", "action_count_fractional"),
        ("action_count", "3.5", "action_count_fractional"),
        ("action_count", "3e0", "action_count_fractional"),
        ("action_count", "-1", "action_count_negative"),
        ("action_count", "true", "wrong_type"),
        ("action_count", "1000000001", "value_too_large"),
        ("action_count", "9223372036854775808", "value_too_large"),
        ("human_minutes", "1e300", "value_too_large"),
        ("action_count", "9" * 5000, "not_finite"),
        ("action_count", ".nan", "not_finite"),
        ("human_minutes", "0", "human_minutes_not_positive"),
        ("human_minutes", "-2", "human_minutes_not_positive"),
        ("human_minutes", ".inf", "not_finite"),
        ("agent", "''", "empty_text"),
        ("agent", "' '", "empty_text"),
        ("agent", "[a]", "wrong_type"),
        ("agent", "", "null_field"),
        ("note", "{a: 1, a: 2}", "duplicate_field"),
    ],
)
def test_a_bad_field_quarantines_its_record(field, written, reason_code):
    rows, quarantined = read(run(with_field(field, written)))
    assert rows == []
    (entry,) = quarantined
    assert (entry.reason_code, entry.position, entry.line) == (reason_code, "3", 3)
    assert entry.detail.endswith(records.RECORD_REASONS[reason_code])
    assert len(entry.detail) < 200
    assert entry.record_excerpt.startswith("r: {")
    assert len(entry.record_excerpt) <= 500


@pytest.mark.parametrize("name", ["agent", "score", "action_count", "human_minutes"])
def test_a_missing_or_repeated_field_quarantines_its_record(name):
    line = next(line for line in FIELDS.splitlines() if line.startswith(name))
    _, (missing,) = read(run(FIELDS.replace(line, "other: 1")))
    assert missing.reason_code == "missing_field"
    assert missing.detail.startswith(name)
    _, (repeated,) = read(run(f"{FIELDS}\n{line}"))
    assert repeated.reason_code == "duplicate_field"
    assert repeated.record_excerpt.count(name) == 2


@pytest.mark.parametrize("value", ["", "null", "text", "3", "[1, 2]", "[]"])
def test_a_record_without_fields_is_quarantined(value):
    good = run().replace("f:\n  v:\n", "")
    rows, (entry,) = read(f"f:\n  v:\n    bad: {value}\n{good}")
    assert [row[3] for row in rows] == ["r"]
    assert (entry.reason_code, entry.line) == ("not_a_record", 3)


def test_an_empty_run_id_is_quarantined():
    _, (entry,) = read(run(run_id="''"))
    assert entry.reason_code == "empty_text"


def test_one_bad_record_among_good_ones():
    good = run().replace("f:\n  v:\n", "")
    bad = run(with_field("score", "2"), "bad").replace("f:\n  v:\n", "")
    rows, (entry,) = read(f"f:\n  v:\n{good}{bad}{good.replace('r:', 's:')}")
    assert [(row[0], row[3]) for row in rows] == [(3, "r"), (13, "s")]
    assert (entry.line, entry.reason_code) == (8, "score_out_of_range")


def test_extra_fields_are_kept_as_json():
    rows, _ = read(run(f"{FIELDS}\nnotes: {{a: [1, 2.5, '3', no, ~]}}\n'0': x"))
    assert json.loads(rows[0][-1]) == {
        "notes": {"a": [1, 2.5, "3", "no", None]},
        "0": "x",
    }


@pytest.mark.parametrize(
    ("content", "reason_code", "line"),
    [
        ("", "empty_file", None),
        ("# nothing\n\n", "empty_file", None),
        ("{}", "empty_file", None),
        ("f: {v: {}}", "empty_file", None),
        ("- f", "wrong_nesting", 1),
        ("text", "wrong_nesting", 1),
        ("f:\n", "wrong_nesting", 1),
        ("f:\n  - v\n", "wrong_nesting", 2),
        ("f:\n  v: 1\n", "wrong_nesting", 2),
        ("f:\n  v: []\n", "wrong_nesting", 2),
        (f"f:\n  r: {{{FIELDS.replace(chr(10), ', ')}}}", "wrong_nesting", 2),
        ("'':\n  v: {}\n", "wrong_nesting", 1),
        ("? [f]\n: {}\n", "wrong_nesting", 1),
        # libyaml misses an end behind the last line.
        (run() + "g: {v: {r: [\n", "syntax", 9),
        (run() + "\tg: 1\n", "syntax", 8),
        ("f: {v: {r: {score: 1", "syntax", 2),
        ("f:\n  v:\n    'r: 1\n", "syntax", 4),
        (f"{run()}---\n{run()}", "several_documents", 8),
        (run(with_field("agent", "&x a")), "alias", 7),
        (run(with_field("agent", "*x")), "alias", 7),
        ("f: &f\n  v: {}\n", "alias", 1),
        (run(f"{FIELDS}\n<<: {{a: 1}}"), "alias", 8),
        (run(with_field("score", "!!float 1")), "tag", 7),
        (run(with_field("agent", "! a")), "tag", 7),
        (run() + run(), "duplicate_key", 8),
        (run() + run(family="g") + "  v: {}\n", "duplicate_key", 15),
        (run().encode("utf-16"), "wrong_encoding", 1),
        (run().encode("utf-16-le"), "wrong_encoding", 1),
        (run().encode("utf-32"), "wrong_encoding", 1),
        ((run() + "é: {}\n").encode("latin-1"), "wrong_encoding", 8),
        (run() + "g\0: {}\n", "control_character", 8),
        (run() + "g\x80: {}\n", "control_character", 8),
        ("\x1b" + run(), "control_character", 1),
        (run(f"{FIELDS}\nnote: {'[' * 100_000}"), "too_deep", 8),
        ("[" * 100_000, "wrong_nesting", 1),
        ("{a: " * 100_000, "too_deep", 1),
        ("- " * 100_000, "wrong_nesting", 1),
        ("? " * 100_000, "wrong_nesting", 1),
    ],
)
def test_a_doubtful_file_is_refused(content, reason_code, line):
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert (refused.value.reason_code, refused.value.line) == (reason_code, line)
    assert refused.value.detail.endswith(records.FILE_REASONS[reason_code])


def test_json_of_runs_is_told_how_runs_are_written_in_json():
    content = '{\n "version": 2,\n "runs": [{"run_id": "r", "score": 1}]\n}'
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert (refused.value.reason_code, refused.value.line) == ("wrong_nesting", 2)
    assert refused.value.detail == (
        "task family 'version' is not a mapping; if these are runs of runs.jsonl, write "
        "each as an object in a line, or all in an array; a file nests task family > "
        "variant > run id > fields"
    )


@pytest.mark.parametrize("indent", ["\t", "    \t", "\t\t\t"])
@pytest.mark.parametrize("before", ["f:\n  v:\n", "f:\n  v:\n    r:\n      agent: a\n"])
def test_a_tab_that_indents_is_named(before, indent):
    with pytest.raises(FileRefused) as refused:
        read(f"{before}{indent}score: 1\n")
    assert refused.value.reason_code == "syntax"
    assert "; YAML does not indent with tabs; " in refused.value.detail


def test_a_refused_run_keeps_its_id():
    _, (entry,) = read(run(f"{FIELDS}\nscore: 2", run_id="'0123'"))
    assert (entry.reason_code, entry.key) == ("duplicate_field", ("0123",))


def test_a_bad_byte_far_into_a_file_is_located():
    content = run() + "# a long comment\n" * 10_000
    with pytest.raises(FileRefused) as refused:
        read(content.encode() + b"\xff\n")
    assert refused.value.line == 10_008


def test_an_endless_record_is_refused(monkeypatch):
    monkeypatch.setattr(yaml_full, "RECORD_BYTES", 50_000)
    read(run(with_field("agent", "a" * 30_000)))
    with pytest.raises(FileRefused) as refused:
        read(run(with_field("agent", "a" * 200_000)))
    assert refused.value.reason_code == "record_too_large"


def test_a_record_of_too_many_lists_is_refused(monkeypatch):
    monkeypatch.setattr(yaml_full, "MAX_VALUES", 50)
    # As many in several runs are not too many.
    read("".join(run(f"{FIELDS}\nnote: [{'[],' * 45}]", family=n) for n in "ab"))
    with pytest.raises(FileRefused, match="more than 50 lists and mappings") as refused:
        read(run(f"{FIELDS}\nnote: [{'[],' * 50}]"))
    assert refused.value.reason_code == "record_too_large"


def test_a_number_that_is_none_is_null_where_a_run_may_lack_it():
    content = run(f"{FIELDS}\nnote: [.nan, 1, {{a: -.inf}}, {'9' * 5000}]")
    rows, quarantined = read(content)
    assert json.loads(rows[0][-1]) == {"note": [None, 1, {"a": None}, None]}
    assert quarantined == []
    assert notes(content.encode()) == [(3, "not_finite")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (run(), []),
        ("\ufeff" + run(), [(1, "byte_order_mark")]),
        # `score: 0` may have been `score: 0.75`.
        (run(with_field("score", "0")).rstrip(), [(7, "no_last_newline")]),
        (run(with_field("score", "1")).rstrip() + " # end", [(7, "no_last_newline")]),
        (f'{{"f": {{"v": {{"r": {FIELDS_AS_JSON}}}}}}}', []),
    ],
)
def test_what_is_odd_but_usable_is_noted(content, expected):
    assert notes(content.encode()) == expected


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + run(),
        "%YAML 1.2\n---\n" + run() + "...\n# the end\n",
        run().replace("\n", "\r\n"),
        run().rstrip(),
        f'{{"f": {{"v": {{"r": {FIELDS_AS_JSON}}}}}}}',
    ],
)
def test_harmless_forms_are_read(content):
    rows, quarantined = read(content)
    assert [row[1:] for row in rows] == [("f", "v", "r", "a", 1.0, 3, 2.5, None)]
    assert quarantined == []


def test_records_come_in_batches(monkeypatch):
    content = FIXTURE.read_bytes()
    monkeypatch.setattr(yaml_fast, "_BLOCK_BYTES", 600)
    batches = list(metr_yaml.read(io.BytesIO(content)))
    assert len(batches) > 1
    assert sum(len(batch.rows) for batch in batches) == 10
    assert batches[-1].byte_offset == len(content)


def test_runs_of_another_shape_come_in_batches(monkeypatch):
    monkeypatch.setattr(records, "BATCH_RECORDS", 4)
    content = b"# Indented by four.\n" + FIXTURE.read_bytes().replace(b"  ", b"    ")
    batches = list(metr_yaml.read(io.BytesIO(content)))
    assert [len(batch.rows) for batch in batches] == [4, 4, 2]
    assert batches[-1].byte_offset == len(content)


def quoted(text: str) -> str:
    """Return text as a YAML string, every character escaped."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


# A run with the name of a field and no fields is taken for wrong nesting.
# As the reader takes them: two that differ in their outer blanks are one.
names = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    .map(rules.canonical)
    .filter(lambda text: text and text not in yaml_full._FIELD_NAMES)
)
values = st.one_of(
    st.integers().map(str),
    st.floats().map(lambda value: f"{value!r}"),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(quoted),
    st.sampled_from(["", "~", "[]", "{a: 1}", ".nan", "0x1F", "true", "0", "1"]),
)
fields = st.lists(
    st.tuples(
        st.sampled_from(["agent", "score", "action_count", "human_minutes", "x"]),
        values,
    ),
    max_size=6,
)
trees = st.dictionaries(
    names,
    st.dictionaries(names, st.dictionaries(names, fields, min_size=1), min_size=1),
    min_size=1,
    max_size=3,
)


@settings(max_examples=25)
@given(trees)
def test_every_record_is_loaded_or_quarantined(tree):
    lines, expected = [], []
    for family, variants in tree.items():
        lines.append(f"{quoted(family)}:")
        for variant, runs in variants.items():
            lines.append(f"  {quoted(variant)}:")
            for run_id, entries in runs.items():
                expected.append((len(lines) + 1, family, variant, run_id))
                lines.append(f"    {quoted(run_id)}:")
                lines += [f"      {name}: {value}" for name, value in entries]
    rows, quarantined = read("\n".join(lines))
    found = [row[:4] for row in rows]
    assert set(found) <= set(expected)
    assert len(found) + len(quarantined) == len(expected)
    assert {row[0] for row in found} | {entry.line for entry in quarantined} == {
        line for line, *_ in expected
    }


@settings(max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet="fvr:{}[]'\"&*!|>%@-?#, \n\t0.~<é\0", max_size=60).map(
            str.encode
        ),
        st.tuples(st.integers(0, 90), st.binary(max_size=3), st.integers(0, 5)).map(
            lambda cut: (
                run().encode()[: cut[0]] + cut[1] + run().encode()[cut[0] + cut[2] :]
            )
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
    with (real_data / "metr" / "Action Counts.yaml").open("rb") as stream:
        batches = list(metr_yaml.read(stream))
    rows = [row for batch in batches for row in batch.rows]
    assert len(rows) == 11_639
    assert len({row[3] for row in rows}) == 11_639
    assert len({row[1:3] for row in rows}) == 186
    assert len({row[4] for row in rows}) == 106
    assert not any(batch.quarantined for batch in batches)
