"""Texts of which nothing can be seen are empty, wherever an id or a name is needed."""

import pytest
from attempt_tables import read, write_rows
from hypothesis import given
from hypothesis import strategies as st

from loaders.contract import rules
from loaders.contract.records import RecordRefused
from loaders.contract.visible import are_visible, is_visible

UNSEEN = [
    *("", " ", "\t", "\n", "\0", "\x7f", "\x85", "\xa0", "\xad", "\u034f", "\u0301"),
    *("\u115f", "\u1160", "\u17b4", "\u180e", "\u2003", "\u200b", "\u200e", "\u2028"),
    *("\u202e", "\u2060", "\u2064", "\u2065", "\u2800", "\u3000", "\u3164", "\ufe0f"),
    *("\ufeff", "\uffa0", "\U000e0041", "\U000e0100", "\U0001d159"),
]


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
def test_what_cannot_be_seen_is_empty(character):
    assert not is_visible(character)
    assert not is_visible(f" {character}\u200b{character}")
    assert is_visible(f"{character}x")
    assert is_visible(f"{character}漢")
    assert not are_visible(["x", character])
    for rule in (rules.named, rules.identifier):
        with pytest.raises(RecordRefused, match="id is empty"):
            rule("id", character)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_cannot_be_seen_is_no_task_of_a_table(tmp_path, form):
    unseen = [*UNSEEN, "\ufff0", "\ufff8", "\U000e0002", "\U000e0fff", "\u200b\u2800"]
    rows = [{"task": text, "agent": "a", "score": 1} for text in (*unseen, "\u200bx")]
    path = write_rows(rows, form, tmp_path / "runs")
    attempts, refused = read(path)
    assert [row["task_id"] for row in attempts] == ["x"]
    assert {entry.reason_code for entry in refused} == {"empty_text"}
    assert len(refused) == len(unseen)


@pytest.mark.parametrize(
    "text", ["0", "-", "é", "漢", "💥", "z\u0301", "\u0903", "\ufffd"]
)
def test_what_can_be_seen_is_a_name(text):
    assert is_visible(text)
    assert rules.identifier("id", text) == rules.canonical(text)


@given(st.lists(st.text()))
def test_many_are_visible_if_each_is(texts):
    assert are_visible(texts) == all(map(is_visible, texts))


@pytest.mark.parametrize("character", ["x", "é", "漢", "💥"])
def test_an_id_has_at_most_a_thousand_bytes(character):
    size = len(character.encode())
    assert rules.identifier("id", character * (1000 // size))
    with pytest.raises(RecordRefused, match="id has more than 1,000 bytes; an id, a"):
        rules.identifier("id", character * (1000 // size + 1))
    assert rules.named("name", character * 2000)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), ("-0.5", -0.5), ("1e-3", 0.001), ("1.25E+2", 125.0)],
)
def test_a_number_that_is_written_as_text(text, number):
    assert rules.number_written("it", text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1_0",
        "\u0661",
        "\u096b",
        "+1",
        "1.",
        ".5",
        "nan",
        "inf",
        "0x1",
        "1e",
    ],
    ids=ascii,
)
def test_a_number_that_only_python_accepts_is_refused(text):
    with pytest.raises(RecordRefused) as refused:
        rules.number_written("it", text)
    assert refused.value.reason_code == "wrong_type"


def test_a_written_number_beyond_every_double_is_not_finite():
    with pytest.raises(RecordRefused) as refused:
        rules.number_written("it", "1e999")
    assert refused.value.reason_code == "not_finite"
