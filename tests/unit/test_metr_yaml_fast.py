"""METR YAML block by block gives what libyaml's events alone give for the whole file.

Rows, lines, quarantine entries and refusals are compared for files that begin as METR
writes them and are then spoilt: by each trap that YAML holds, byte by byte, cut short.
Blocks are so small that every file has several.
"""

import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import records
from loaders.contract.records import Batch, FileRefused
from loaders.contract.warnings import Warnings
from loaders.metr import yaml as metr_yaml
from loaders.metr import yaml_fast, yaml_full
from loaders.metr.tables import METR_RUNS, METR_WARNINGS

REGULAR = """\
fam_a:
  v1:
    '0123':
      action_count: 25
      agent: duet+x@y
      human_minutes: 877.018
      score: 0.0
    r2:
      action_count: 06
      agent: no
      human_minutes: 8
      score: 1e-05
  v2:
    '1e5':
      action_count: 7
      agent: a,b
      human_minutes: 0.5
      score: 1.0
fam_b:
  'v1':
    'r4':
      action_count: 0
      agent: z
      human_minutes: 3.25
      score: 0.25
    r5:
      action_count: 1
      agent: 0x1F
      human_minutes: 3.25
      score: 0.75
"""
LINES = REGULAR.splitlines(keepends=True)

# Each may stand between any two lines, or instead of one.
TRAPS = [
    *["# c\n", "    # c\n", "      # c\n", "\n", "      \n", "\t\n", "      \tx: 1\n"],
    *["---\n", "...\n", "%YAML 1.2\n", "--- # c\n", "\ufeff", "\ufeff\n"],
    *[
        "      note: &a b\n",
        "      note: *a\n",
        "      note: !!str b\n",
        "      <<: {}\n",
    ],
    *["    <<: {a: 1}\n", "    r1: &a\n", "    r1: *a\n", "    r1: !x\n", "  <<: {}\n"],
    *["      note: |\n        text\n", "      note: |\n        text\n    more\n"],
    *["      note: >\n", "      note: abc\n        def\n", "      agent:\n        b\n"],
    *["      note: \"a\n    'r9':\n      b\"\n", "      note: 'a\n    r9:\n      b'\n"],
    *["      note: [1,\n    2]\n", "      note: {a: 1,\n      b: 2}\n", "      ]\n"],
    *["      note: {\n", "      note: [\n", "      note: '\n", '      note: "\n'],
    *["    12:30:00:\n", "    '12:30:00':\n", "    0123:\n", "    yes:\n", "    ~:\n"],
    *["    }\n", "      '\n", '    "\n', "    '\n", "      abc\n", "        abc\n"],
    *["    abc\n", "    r1: {}\n", "    r1: 3\n", "    r1: |\n      score: 3\n"],
    *["    r1: {agent: a,\n      score: 1}\n", "    - a\n", "      - a\n", "  - a\n"],
    *[
        "  v9: {}\n",
        "  v9: {\n      }\n",
        "  v9:\n",
        "  v1:\n",
        "  v9: {r: {score: 1}}\n",
    ],
    *["fam_c:\n", "fam_a:\n  v9:\n", "fam_c: |\n    text\n", "fam_c: {v: {r: {}}}\n"],
    *["    ? r8\n", "    ? r8\n    :\n", "    : 1\n", "  ? v8\n  :\n", "      ? a\n"],
    *["     score: 1\n", "       score: 1\n", "      score: 1\n", "      score: 1 \n"],
    *[
        "      score: 2\n",
        "      score: -0.0\n",
        "      score: '1'\n",
        "      score: ~\n",
    ],
    *[
        "      score: 1 # c\n",
        "      score: 1_0\n",
        "      'score': 1\n",
        "      score:\n",
    ],
    *[
        "      agent: null\n",
        "      agent: ~\n",
        "      agent: 'q'\n",
        "      agent: a b\n",
    ],
    *[
        "      agent: a: b\n",
        "      agent: a #c\n",
        "      agent: a#c\n",
        "      agent: é\n",
    ],
    *[
        "      human_minutes: 0\n",
        "      human_minutes: .inf\n",
        "      action_count: 1.0\n",
    ],
    *[
        "      extra: {a: [1, 2]}\n",
        '      note: "\\x41"\n',
        "      null\n",
        "      a: b\n",
    ],
    *[
        "    é:\n",
        "    'it''s':\n",
        '    "r\\x41":\n',
        "    'a: b #c':\n",
        "    r7: \n",
    ],
    *[
        "    'r7' :\n",
        "    agent: 1\n",
        "    score:\n      a: 1\n",
        f"    {'k' * 1100}:\n",
    ],
    *[
        "      # \u2028x\n",
        "      # \x85x\n",
        "      note: \u2029x\n",
        "      note: \x85x\n",
    ],
    *["   v1:\n     r1:\n      score: 1\n", "fam_c:\n    r1:\n      score: 1\n", "@\n"],
    *["      note: \x1b\n", "      note: \x80\n", "\0", f"      note: {'x' * 700}\n"],
]
BLOCK_BYTES = st.sampled_from([130, 150, 200, 260, 300, 500, 1_000_000])


def outcome(batches: Iterable[Batch]) -> str | tuple:
    """Return all that a reader says of a file; its type tells 1 from 1.0."""
    rows, quarantined = [], []
    try:
        for batch in batches:
            if batch.table is METR_WARNINGS:
                continue
            rows += batch.rows
            quarantined += batch.quarantined
    except FileRefused as refused:
        return refused.reason_code, refused.detail, refused.line, refused.position
    return repr((rows, quarantined))


def by_events(content: bytes) -> str | tuple:
    source = yaml_full.Source(io.BytesIO(content))
    runs = yaml_full.records(source, Warnings(METR_WARNINGS))
    return outcome(records.batched(METR_RUNS, runs, lambda: source.byte_count))


def by_blocks(content: bytes, block_bytes: int) -> str | tuple:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_fast, "_BLOCK_BYTES", block_bytes)
        return outcome(metr_yaml.read(io.BytesIO(content)))


def test_the_regular_shape_needs_no_events(monkeypatch):
    expected = by_events(REGULAR.encode())
    monkeypatch.delattr(yaml_full, "records")
    monkeypatch.delattr(yaml_full, "read_block")
    for block_bytes in (150, 1_000_000):
        assert by_blocks(REGULAR.encode(), block_bytes) == expected


def test_what_is_read_twice_is_noted_once():
    """A block that means nothing without the rest is read again with it."""
    odd = "    odd: {action_count: 1, agent: a, human_minutes: 1, score: 1, x: .nan}\n"
    content = (REGULAR + odd + "? later\n: v:\n" + odd.replace("odd", "last")).encode()
    *_, notes = metr_yaml.read(io.BytesIO(content))
    [(line, code, detail)] = notes.rows
    assert (line, code) == (REGULAR.count("\n") + 1, "not_finite")
    assert detail.endswith(", 2 times")


def test_one_odd_run_leaves_the_other_blocks_to_the_pattern(monkeypatch):
    odd = "    odd: {action_count: 1, agent: a, human_minutes: 1, score: 1}\n"
    content = (REGULAR + odd).encode()
    expected = by_events(content)
    read_block, blocks = yaml_full.read_block, []

    def counted(block, *more):
        blocks.append(block)
        return read_block(block, *more)

    monkeypatch.setattr(yaml_full, "read_block", counted)
    monkeypatch.delattr(yaml_full, "records")
    assert by_blocks(content, 300) == expected
    assert [block.endswith(odd.encode()) for block in blocks] == [True]


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_at_each_line(trap):
    for at in range(len(LINES) + 1):
        for rest in (at, at + 1):
            content = "".join([*LINES[:at], trap, *LINES[rest:]]).encode()
            assert by_blocks(content, 250) == by_events(content), content


def test_cut_short_or_without_any_byte():
    content = REGULAR.encode()
    for at in range(len(content)):
        for spoilt in (content[:at], content[:at] + content[at + 1 :]):
            assert by_blocks(spoilt, 150) == by_events(spoilt), spoilt


SPOILING = st.one_of(
    st.sampled_from(
        [
            *[b"\n", b" ", b"  ", b"\t", b"\r", b"'", b'"', b":", b": ", b"#", b" #"],
            *[b"- ", b"&a ", b"*a", b"!t ", b"{", b"}", b"[", b"]", b",", b"|", b">"],
            *[b"? ", b"%", b"@", b"`", b"~", b"=", b"\\", b"<<", b"---\n", b"...\n"],
            *["\x85".encode(), "\u2028".encode(), "\ufeff".encode(), b"\xff", b"\0"],
        ]
    ),
    st.binary(max_size=3),
)


@settings(max_examples=300)
@given(st.integers(0, len(REGULAR)), st.integers(0, 3), SPOILING, BLOCK_BYTES)
def test_spoilt_bytes(at, removed, inserted, block_bytes):
    content = REGULAR.encode()
    content = content[:at] + inserted + content[at + removed :]
    assert by_blocks(content, block_bytes) == by_events(content)


CHANGED_LINES = st.one_of(
    st.sampled_from(TRAPS),
    st.sampled_from(LINES),
    st.tuples(st.integers(0, 8), st.sampled_from(LINES)).map(
        lambda pair: " " * pair[0] + pair[1].lstrip()
    ),
    st.sampled_from(LINES).map(lambda line: line.replace("\n", "\r\n")),
)
CHANGES = st.lists(
    st.tuples(st.integers(0, len(LINES)), st.integers(0, 2), CHANGED_LINES),
    min_size=1,
    max_size=4,
)


@settings(max_examples=500)
@given(CHANGES, BLOCK_BYTES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_spoilt_lines(changes, block_bytes, line_end, has_mark):
    lines = list(LINES)
    for at, removed, line in changes:
        lines[at : at + removed] = [line]
    content = "\ufeff" * has_mark + "".join(lines)
    content = content.replace("\n", line_end).encode()
    assert by_blocks(content, block_bytes) == by_events(content)


def test_the_real_file(real_data):
    content = Path(real_data / "metr" / "Action Counts.yaml").read_bytes()
    assert by_blocks(content, 1_000_000) == by_events(content)
