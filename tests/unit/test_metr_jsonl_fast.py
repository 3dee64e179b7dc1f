"""METR JSONL decoded by msgspec gives the same as jsonl.py line by line.

Rows, quarantine entries, notes and refusals are compared for files that begin as METR
writes them and are then spoilt: field by field, and byte by byte.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import json_lines
from loaders.contract.columns import RawTable
from loaders.contract.records import FileRefused
from loaders.metr import jsonl as metr_jsonl
from loaders.metr.tables import METR_WARNINGS

RUN = {
    "run_id": "mp4-server_205615",
    "task_id": "fam/main",
    "score": 0.0000122771,
    "time_limit": 1800,
    "started_at": 1734070031112,
    "completed_at": 1734071923976,
    "task_family": "fam",
    "alias": "Claude 3 Opus",
    "model": "c3o",
    "fatal_error_from": "usageLimits",
    "human_minutes": 556.6,
    "human_score": 1.045,
    "human_source": "baseline",
    "dollar_equivalent": None,
    "total_tokens": 1.5,
    "score_binarized": 0,
    "equal_task_weight": 0.0003442341,
    "invsqrt_task_weight": 0.0005578143,
}

# What METR's release of Time Horizon 1.1 has instead of some of them.
NEWER_RUN = {
    name: value
    for name, value in RUN.items()
    if name not in ("score", "total_tokens", "dollar_equivalent")
} | {
    "score_cont": 0.7,
    "started_at": 1734070031112.0,
    "completed_at": 1734071923976.0,
    "tokens_count": 45678,
    "generation_cost": 1.25,
    "human_cost": 90.0,
    "scaffold": "flock",
    "task_source": "pottery",
    "task_version": "1.2.0",
}

# Values as JSON writes them, each for any field.
VALUES = [
    *["null", "true", "false", "0", "1", "-0", "-0.0", "1.0", "0.5", "1e0", "2", "-1"],
    *["1e3", "1E-5", "1e-400", "1e400", "-1e400", "9" * 400, "9" * 20, "9" * 310],
    *["9007199254740993", "9223372036854775808", "-9223372036854775809"],
    *["0.1000000000000000055511151231257827", "1000000000", "1000000000.1", "5e-324"],
    *["8640000000000000", "8640000000000001", "-8640000000000001", "3.0", "3.5", "01"],
    *["4000000000000000000", "4000000000000000001", "-4e18", "9007199254740992.0"],
    *["-0.5", "-3.5", '"2024-12-13T06:07:11Z"', '"2024-12-13T07:07:11.5+01:00"'],
    *["NaN", "Infinity", "-Infinity", "1.", ".5", "+1", "1_0", "0x1", "", "~", "[]"],
    *["{}", "[1]", '{"a": 1}', '"1"', '""', '" "', '"\\u00a0"', '"\\u0000"', '"a\tb"'],
    *['"\\ud800"', '"\\ud83d\\ude00"', '"\\udc00\\ud800"', '"\\""', '"\\\\"', '"\\/"'],
    *['"\\x"', '"é"', '"\u2028"', '"\x7f"', '"\\\\\\""', '"a\\":1"', "'a'", '"a'],
    *[
        '"a" ',
        ' "a"',
        "1 ",
        '"a","x":1',
        '1,"score":1',
        '"a","run_id":"b"',
        "1}",
        "1}{",
    ],
    *["1e", "-", '"' + "x" * 700 + '"', "tru", "nul", '"\ufeff"', '"\\u00"'],
]
SPOILT_LINES = [
    *["", " ", "\t", "\r", "{}", "[]", "null", "1", '"a"', "{", "}", "\x0b", "\u00a0"],
    *["\ufeff", "[" * 200, '{"a":' * 200, "#", "//", "\0", '{"run_id":"r"}'],
]


def line_of(fields: dict[str, str], separators: tuple[str, str] = (",", ":")) -> str:
    """Return a line with these fields, their values as JSON writes them."""
    comma, colon = separators
    inside = comma.join(f"{json.dumps(name)}{colon}{fields[name]}" for name in fields)
    return f"{{{inside}}}"


AS_JSON = {name: json.dumps(value) for name, value in RUN.items()}
LINE = line_of(AS_JSON)
NEWER_AS_JSON = {name: json.dumps(value) for name, value in NEWER_RUN.items()}
NEWER_LINE = line_of(NEWER_AS_JSON)
# A line of each release, with the fields that it is made of.
RELEASES = {"1.0": (AS_JSON, LINE), "1.1": (NEWER_AS_JSON, NEWER_LINE)}
FIELDS = [(release, name) for release, (made, _) in RELEASES.items() for name in made]


def nothing_typed(
    table: RawTable, block: bytes, first_line: int
) -> tuple[None, Iterator]:
    return None, enumerate(io.BytesIO(block), first_line)


def outcome(content: bytes, block_bytes: int = 1_000_000) -> tuple:
    """Return all that the reader says of a file, in the order of its lines."""
    rows, notes, quarantined = [], [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "_BLOCK_BYTES", block_bytes)
        try:
            for batch in metr_jsonl.read(io.BytesIO(content)):
                (notes if batch.table is METR_WARNINGS else rows).extend(batch.rows)
                quarantined += batch.quarantined
        except FileRefused as refused:
            return refused.reason_code, refused.detail, refused.line
    rows.sort(key=lambda row: row[0])
    quarantined.sort(key=lambda entry: entry.line)
    return repr(rows), quarantined, sorted(notes)


def line_by_line(content: bytes) -> tuple:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metr_jsonl, "typed_columns", nothing_typed)
        return outcome(content)


@pytest.mark.parametrize("release", RELEASES)
def test_regular_lines_need_no_other_reader(monkeypatch, release):
    as_json, line = RELEASES[release]
    null = as_json | {"human_source": "null", "fatal_error_from": "null"}
    null |= {name: "null" for name in ("scaffold", "human_cost") if name in null}
    lines = [line, line_of(as_json, (", ", ": ")), line_of(null), line]
    content = "\n".join(lines).encode()
    expected = line_by_line(content)
    monkeypatch.delattr(json_lines, "_parse")
    assert outcome(content) == expected
    assert outcome(content, block_bytes=100) == expected


def test_one_odd_line_leaves_the_others_regular(monkeypatch):
    odd = line_of(AS_JSON | {"run_id": '"odd"', "note": "1"})
    content = f"{LINE}\n{odd}\n{LINE}".encode()
    expected = line_by_line(content)
    parse, parsed = json_lines._parse, []
    monkeypatch.setattr(
        json_lines,
        "_parse",
        lambda line, names: parsed.append(line) or parse(line, names),
    )
    assert outcome(content) == expected
    assert parsed == [odd.encode()]


@pytest.mark.parametrize(("release", "name"), FIELDS)
def test_each_value_of_each_field(release, name):
    as_json, line = RELEASES[release]
    for value in VALUES:
        spoilt = line_of(as_json | {name: value})
        content = f"{line}\n{spoilt}\n{line}\n".encode("utf-8", "surrogatepass")
        assert outcome(content) == line_by_line(content), value


def test_lines_of_both_releases_in_one_file():
    mixed = line_of(AS_JSON | {"score_cont": "0.25", "tokens_count": "3"})
    half = line_of(NEWER_AS_JSON | {"total_tokens": "7"})
    for lines in (
        [LINE, NEWER_LINE, LINE],
        [NEWER_LINE, LINE, mixed, half],
        [mixed, NEWER_LINE, half, LINE],
        [half, LINE, NEWER_LINE],
    ):
        content = "\n".join(lines).encode()
        assert outcome(content) == line_by_line(content)


@pytest.mark.parametrize(("release", "name"), FIELDS)
def test_each_field_missing_or_twice(release, name):
    as_json, line = RELEASES[release]
    without = {other: as_json[other] for other in as_json if other != name}
    once_more = f"{line[:-1]},{json.dumps(name)}"
    spoilt = [line_of(without), *(f"{once_more}{colon}1}}" for colon in (":", " : "))]
    # One field less and one twice are as many.
    other = next(other for other in as_json if other != name)
    spoilt.append(line_of(without)[:-1] + f',"{other}":{as_json[other]}}}')
    content = "\n".join([line, *spoilt]).encode()
    assert outcome(content) == line_by_line(content)


def test_a_quotation_mark_in_a_name_does_not_hide_a_duplicate_field():
    twice = f'{LINE[:-1]},"score":1}}'
    quoted = line_of(AS_JSON | {"alias": r'"a \"name\""'})
    for lines in ([twice, quoted], [quoted, twice], [twice], [quoted]):
        content = "\n".join(lines).encode()
        assert outcome(content) == line_by_line(content)


@pytest.mark.parametrize("spoilt", SPOILT_LINES)
@pytest.mark.parametrize("at", range(4))
def test_each_spoilt_line(spoilt, at):
    lines = [LINE, LINE, LINE]
    lines.insert(at, spoilt)
    for line_end in ("\n", "\r\n", "\n\n"):
        content = line_end.join(lines).encode()
        assert outcome(content, 600) == line_by_line(content)


def test_cut_short_or_without_any_byte():
    content = f"{LINE}\n{LINE}\n".encode()
    for at in range(len(content)):
        for spoilt in (content[:at], content[:at] + content[at + 1 :]):
            assert outcome(spoilt, 400) == line_by_line(spoilt), spoilt


def test_a_line_that_does_not_end(monkeypatch):
    monkeypatch.setattr(json_lines, "RECORD_BYTES", 700)
    for length in range(690, 710):
        long = line_of(AS_JSON | {"model": f'"{"x" * (length - len(LINE))}"'})
        content = f"{LINE}\n{long}\n{LINE}\n{long}".encode()
        for block_bytes in (300, 900, 1_000_000):
            assert outcome(content, block_bytes) == line_by_line(content)


NAMES = sorted({*RUN, *NEWER_RUN})
CHANGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=2
)
SPACING = st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), ("\t,", "\t:")])
LINES = st.one_of(
    st.just(LINE),
    st.just(NEWER_LINE),
    st.sampled_from(SPOILT_LINES),
    st.tuples(st.sampled_from([AS_JSON, NEWER_AS_JSON]), CHANGES, SPACING).map(
        lambda made: line_of(made[0] | dict(made[1]), made[2])
    ),
)


@settings(max_examples=300)
@given(
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\n", "\n", "\r\n"]),
    st.sampled_from([100, 500, 1000, 1_000_000]),
)
def test_spoilt_lines(lines, line_end, block_bytes):
    content = line_end.join(lines).encode()
    assert outcome(content, block_bytes) == line_by_line(content)


@settings(max_examples=300)
@given(st.integers(0, 2 * len(LINE)), st.integers(0, 3), st.binary(max_size=3))
def test_spoilt_bytes(at, removed, inserted):
    content = f"{LINE}\n{LINE}\n{LINE}\n".encode()
    content = content[:at] + inserted + content[at + removed :]
    assert outcome(content, 500) == line_by_line(content)


def test_the_real_file(real_data):
    content = Path(real_data / "metr" / "runs.jsonl").read_bytes()
    assert outcome(content) == line_by_line(content)
