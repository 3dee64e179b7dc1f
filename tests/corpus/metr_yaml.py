"""Hostile action-count files: METR's YAML."""

import gzip
import json
from collections.abc import Iterator

from loaders.contract import rules

from .case import SOMEWHERE, Case, later, loaded, partly, refused
from .names import CONTROL, HOSTILE, MANGLED, quoted

FORMAT, SUFFIX = "metr-yaml", ".yaml"
FIELDS = {"action_count": "3", "agent": "a", "human_minutes": "2.5", "score": "1"}
HEAD = "f:\n  v:\n"


def run(run_id: str = "r", **changes: str | None) -> str:
    """Return a run of five lines; a field that is None is left out."""
    lines = [f"    {run_id}:"]
    for name, value in (FIELDS | changes).items():
        if value is not None:
            lines.append(f"      {name}: {value}")
    return "".join(f"{line}\n" for line in lines)


def bad_among_good(bad: str) -> bytes:
    """Return a good run in line 3, the bad one in line 8 and a good one after it."""
    return (HEAD + run("first") + bad + run("last")).encode()


GOOD = (HEAD + run()).encode()


def cases() -> Iterator[Case]:
    for make in (_syntax, _encodings, _empty, _truncated, _stand_ins, _duplicates):
        yield from make()
    for make in (_names, _numbers, _fields, _nesting, _sizes):
        yield from make()


def _refused(name: str, content, reason: str, line="file", **more) -> Case:
    content = content.encode() if isinstance(content, str) else content
    return refused(f"yaml_{name}", FORMAT, SUFFIX, content, reason, line, **more)


def _bad(name: str, bad: str, reason: str) -> Case:
    """Return the case of one bad run, in line 8, among good ones."""
    content = bad_among_good(bad)
    return partly(f"yaml_{name}", FORMAT, SUFFIX, content, (2, 1), {reason: 8})


def _syntax() -> Iterator[Case]:
    broken = {
        "open_bracket": ("      note: [1, 2\n", 9),
        "open_quote": ("      note: 'a\n", 9),
        "two_colons": ("      note: a: b\n", 8),
        "tab": ("\tnote: 1\n", 8),
        "bad_escape": ('      note: "\\q"\n', 8),
        "lone_surrogate": ('      note: "\\ud800"\n', 8),
        "reserved": ("      note: @a\n", 8),
        "outdented": ("     note: 1\n", 8),
        "unknown_directive": ("%TAG\n", 8),
    }
    for name, (line, at) in broken.items():
        yield _refused(name, HEAD + run() + line, "syntax", at)


def _encodings() -> Iterator[Case]:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        content = GOOD.decode().encode(encoding)
        yield _refused(encoding.replace("-", "_"), content, "wrong_encoding", 1)
    text = HEAD + run(agent="café")
    yield _refused("latin_1", text.encode("latin-1"), "wrong_encoding", 5)
    for name, invalid in {
        "overlong": b"\xc0\xaf",
        "surrogate_bytes": b"\xed\xa0\x80",
        "cut_character": b"\xe2\x82",
        "beyond_unicode": b"\xf4\x90\x80\x80",
    }.items():
        content = GOOD.replace(b"agent: a", b"agent: a" + invalid)
        yield _refused(name, content, "wrong_encoding", 5)
    for name, character in {"nul": "\0", "escape": "\x1b", "c1": "\x9b"}.items():
        content = HEAD + run(agent=f"a{character}b")
        yield _refused(name, content, "control_character", 5)
    yield loaded(
        "yaml_byte_order_mark",
        FORMAT,
        SUFFIX,
        b"\xef\xbb\xbf" + GOOD,
        1,
        notes=("byte_order_mark",),
    )
    crlf = GOOD.replace(b"\n", b"\r\n")
    yield loaded("yaml_crlf", FORMAT, SUFFIX, crlf, 1, texts=("r", "a"))


def _empty() -> Iterator[Case]:
    for name, content in {
        "empty": "",
        "blank": " \n\n",
        "comments_only": "# action_count: 3\n# score: 1\n",
    }.items():
        yield refused(f"yaml_{name}", None, SUFFIX, content.encode(), "empty_file")
    yield _refused("no_run", "f: {v: {}}\n", "empty_file", is_forced=True)
    yield _refused("null_document", "---\n", "wrong_nesting", 2, is_forced=True)
    two = GOOD + b"---\n" + GOOD
    yield _refused("two_documents", two, "several_documents", 8)
    yield _refused("end_and_more", GOOD + b"...\n" + GOOD, "syntax", 9)


def _truncated() -> Iterator[Case]:
    whole = HEAD + run("first") + run("last")
    for name, last_line, reason in (
        ("run", "    last:\n", "not_a_record"),
        ("action_count", "      action_count: 3\n", "missing_field"),
        ("agent", "      agent: a\n", "missing_field"),
        ("human_minutes", "      human_minutes: 2.5\n", "missing_field"),
    ):
        end = whole.rindex(last_line) + len(last_line)
        content = whole[:end].encode()
        yield partly(
            f"yaml_cut_after_{name}", FORMAT, SUFFIX, content, (1, 1), {reason: 8}
        )
    yield loaded(
        "yaml_cut_inside_the_last_value",
        FORMAT,
        SUFFIX,
        (HEAD + run(score="0.75")).encode()[:-3],
        1,
        notes=("no_last_newline",),
    )
    # libyaml misses an end on the line after the last one.
    yield _refused("cut_inside_a_name", whole[: whole.rindex("ore: ")], "syntax", 13)
    flow = f"f: {{v: {{r: {json.dumps(dict(FIELDS))}}}}}".replace('"', "")
    for left in (1, 2, 3, 10):
        yield _refused(f"cut_flow_{left}_before_end", flow[:-left], "syntax", 2)


def _stand_ins() -> Iterator[Case]:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n"
        for n in range(24)
    )
    yield _refused("alias_bomb", bomb + GOOD.decode(), "alias", 1)
    yield _refused("anchor", HEAD + run(agent="&x a"), "alias", 5)
    yield _refused("alias", HEAD + run(agent="*x"), "alias", 5)
    merged = HEAD + run() + "      <<: {note: 1}\n"
    yield _refused("merge_key", merged, "alias", 8)
    for name, tag in {
        "python_tag": "!!python/object/apply:os.system ['touch canary']",
        "float_tag": "!!float 1",
        "local_tag": "!x a",
        "binary_tag": "!!binary aGk=",
    }.items():
        yield _refused(name, HEAD + run(agent=tag), "tag", 5)


def _duplicates() -> Iterator[Case]:
    once = HEAD + run()
    yield _refused("family_twice", once + once, "duplicate_key", 8)
    variant = once + "  v:\n" + run("s")
    yield _refused("variant_twice", variant, "duplicate_key", 8)
    yield partly(
        "yaml_run_twice",
        FORMAT,
        SUFFIX,
        (HEAD + run("r") + run("r") + run("s")).encode(),
        (2, 1),
        {"duplicate_record": 8},
    )
    conflict = HEAD + run("r") + run("r", score="0") + run("s")
    yield partly(
        "yaml_run_conflicts",
        FORMAT,
        SUFFIX,
        conflict.encode(),
        (1, 2),
        {"conflicting_duplicate": 3},
    )
    elsewhere = HEAD + run("r") + "  w:\n" + run("r") + run("s")
    yield partly(
        "yaml_run_in_two_tasks",
        FORMAT,
        SUFFIX,
        elsewhere.encode(),
        (1, 2),
        {"conflicting_duplicate": 3},
    )
    yield partly(
        "yaml_run_with_a_bad_copy",
        FORMAT,
        SUFFIX,
        (HEAD + run("r") + run("r", score="7") + run("s")).encode(),
        (1, 2),
        {"conflicting_duplicate": 3, "score_out_of_range": 8},
    )
    yield _bad("field_twice", run("bad") + "      score: 1\n", "duplicate_field")
    yield _bad("inner_field_twice", run("bad", note="{a: 1, a: 1}"), "duplicate_field")


def _names() -> Iterator[Case]:
    runs = "".join(run(f"'{name}'", agent=f"'{name}'") for name in MANGLED)
    plain = HEAD + runs
    yield loaded(
        "yaml_mangled_ids_quoted",
        FORMAT,
        SUFFIX,
        plain.encode(),
        len(MANGLED),
        texts=MANGLED,
    )
    bare = [name for name in MANGLED if name not in ("~", "null", "NULL", "=")]
    yield loaded(
        "yaml_mangled_ids_plain",
        FORMAT,
        SUFFIX,
        (HEAD + "".join(run(name, agent=name) for name in bare)).encode(),
        len(bare),
        texts=tuple(bare),
    )
    for name, text in (HOSTILE | CONTROL).items():
        written = quoted(text)
        content = f"{written}:\n  {written}:\n" + run(written, agent=written)
        yield loaded(
            f"yaml_name_{name}",
            FORMAT,
            SUFFIX,
            content.encode(),
            1,
            texts=(rules.canonical(text),),
        )


# A number's spellings: those that a score takes, and why others are refused.
_SCORES = (
    *("0", "1", "1.0", "+1", "0001", "1.", "0.5", ".5", "+.5", "5e-1", "5E-1", "-0"),
    *("0x1", "0o1", "-0.0", "1e-400", "1e0", "0.1000000000000000055511151231257827"),
    "0" * 5000 + "1",
)
_BAD_SCORES = {
    "score_out_of_range": ("1.5", "-0.1", "2", "-1e-300", "1.0000000000000002"),
    "not_finite": (".nan", ".NaN", ".inf", "-.INF", "1e999", "9" * 5000),
    "wrong_type": (
        *("'1'", '"0.5"', "true", "yes", "1_0", "0b1", "12:30", "1,0", "٠", "one"),
        *("[1]", "{a: 1}", "1 2", "NaN", "Infinity", "1e", "0x", "--1", "½"),
    ),
    "null_field": ("", "~", "null"),
}
_BAD_COUNTS = {
    "action_count_fractional": ("3.0", "3.5", "3e0", "1e3", ".5"),
    "action_count_negative": ("-1", "-9999999999"),
    "wrong_type": ("true", "'3'", "three", "1_000", "3 actions"),
    "value_too_large": ("1000000001", "9223372036854775808", "18446744073709551616"),
    "not_finite": ("9" * 5000, ".inf", ".nan"),
}
_BAD_MINUTES = {
    "human_minutes_not_positive": ("0", "-2", "-0.0"),
    "not_finite": (".inf", "-.inf", ".nan", "9" * 5000),
    "value_too_large": ("1e300", "1000000001"),
    "wrong_type": ("true", "'30'", "12:30", "30min"),
}


def _numbers() -> Iterator[Case]:
    runs = "".join(run(f"n{n}", score=text) for n, text in enumerate(_SCORES))
    yield loaded("yaml_numbers", FORMAT, SUFFIX, (HEAD + runs).encode(), len(_SCORES))
    for field, spellings in {
        "score": _BAD_SCORES,
        "action_count": _BAD_COUNTS,
        "human_minutes": _BAD_MINUTES,
    }.items():
        bad, lines, number = "", {}, 0
        for reason, texts in spellings.items():
            lines[reason] = 8 + 5 * number
            for text in texts:
                bad += run(f"n{number}", **{field: text})
                number += 1
        yield partly(
            f"yaml_bad_{field}",
            FORMAT,
            SUFFIX,
            bad_among_good(bad),
            (2, number),
            lines,
        )


def _fields() -> Iterator[Case]:
    for name in FIELDS:
        yield _bad(f"without_{name}", run("bad", **{name: None}), "missing_field")
        yield _bad(f"null_{name}", run("bad", **{name: "null"}), "null_field")
    yield _bad("empty_agent", run("bad", agent="''"), "empty_text")
    yield _bad("empty_run_id", run("''"), "empty_text")
    yield _bad("agent_is_a_list", run("bad", agent="[a]"), "wrong_type")
    for name, value in {
        "decimal_comma": "action_count: 3, agent: a, human_minutes: 2,5, score: 1",
        "spaced_comma": "action_count: 3, agent: a, human_minutes: 2 ,5 , score: 1",
        "comma_in_agent": "action_count: 3, agent: a, b, human_minutes: 2.5, score: 1",
    }.items():
        yield _bad(f"flow_{name}", f"    bad: {{{value}}}\n", "wrong_type")
    yield loaded(
        "yaml_extra_not_finite",
        FORMAT,
        SUFFIX,
        (HEAD + run(note="[.nan, -.inf, 1e999]")).encode(),
        1,
        notes=("not_finite",),
        texts=('{"note": [null, null, null]}',),
    )
    extra = run("r", note="{a: [1, 2.5, '3', no, ~]}", started="2024-01-01")
    yield loaded("yaml_extra_fields", FORMAT, SUFFIX, (HEAD + extra).encode(), 1)
    differing = HEAD + run("r") + run("s", human_minutes="7")
    yield loaded("yaml_human_minutes_differ", FORMAT, SUFFIX, differing.encode(), 2)


def _nesting() -> Iterator[Case]:
    for name, content, line in (
        ("list_of_families", "- f\n", 1),
        ("only_text", "text\n", 1),
        ("family_of_nothing", "f:\n", 1),
        ("list_of_variants", "f:\n  - v\n", 2),
        ("variant_is_a_number", "f:\n  v: 1\n", 2),
        ("a_level_less", "f:\n  v:\n    action_count: 3\n    score: 1\n", 3),
        ("key_is_a_list", "? [f]\n: {}\n", 1),
        ("empty_family", "'':\n  v: {}\n", 1),
    ):
        yield _refused(name, content, "wrong_nesting", line, is_forced=True)
    deeper = HEAD + "    r:\n      inner:\n        action_count: 3\n        score: 1\n"
    yield refused(
        "yaml_a_level_more", FORMAT, SUFFIX, deeper.encode(), "no_record_loaded", 3
    )
    for name, value in {"text": "text", "list": "[1, 2]", "null": ""}.items():
        yield _bad(f"run_is_{name}", f"    bad: {value}\n", "not_a_record")


def _sizes() -> Iterator[Case]:
    deep = 100_000
    yield _refused("deep_flow", HEAD + run(note="[" * deep), "too_deep", 8)
    for name, start, reason in (
        ("maps", "{a: ", "too_deep"),
        ("lists", "- ", "wrong_nesting"),
        ("keys", "? ", "wrong_nesting"),
    ):
        yield _refused(f"deep_{name}", start * deep, reason, 1, is_forced=True)
    allowed = 128 - 4
    inside = "[" * allowed + "]" * allowed
    yield loaded(
        "yaml_as_deep_as_allowed", FORMAT, SUFFIX, (HEAD + run(note=inside)).encode(), 1
    )
    big = "x" * 4_000_000
    yield loaded(
        "yaml_big_text",
        FORMAT,
        SUFFIX,
        later(lambda: (HEAD + run(agent=big)).encode()),
        1,
        texts=(big,),
    )
    endless = later(lambda: (HEAD + run(agent="'" + "x" * 30_000_000)).encode())
    yield _refused("endless_text", endless, "record_too_large", 5)
    wide = later(lambda: (HEAD + run() + "      extra: more\n" * 300_000).encode())
    yield _refused("endless_record", wide, "record_too_large", SOMEWHERE)
    key = "k" * 1000
    explicit = HEAD + run().replace("    r:\n", f"    ? {key}\n    :\n")
    yield loaded("yaml_long_key", FORMAT, SUFFIX, explicit.encode(), 1, texts=(key,))
    beyond = f"    ? {key}k\n    :\n"
    longer = HEAD + run() + run().replace("    r:\n", beyond)
    yield partly(
        "yaml_key_too_long",
        FORMAT,
        SUFFIX,
        longer.encode(),
        (1, 1),
        {"text_too_long": SOMEWHERE},
    )
    for size in (1_200_000, 12_000_000):
        comments = later(lambda size=size: b"# \n" * (size // 3) + GOOD)
        yield loaded(f"yaml_behind_{size}_of_comments", FORMAT, SUFFIX, comments, 1)
    one = later(lambda: b"#" * 2_500_000 + b"\n\n" + GOOD)
    yield loaded("yaml_behind_one_long_comment", FORMAT, SUFFIX, one, 1)
    packed = later(lambda: gzip.compress(b"# \n" * 500_000 + GOOD))
    yield loaded("yaml_gz_behind_comments", FORMAT, ".yaml.gz", packed, 1)
    nothing = later(lambda: gzip.compress(b"# \n" * 500_000))
    yield refused("yaml_gz_of_comments", None, ".yaml.gz", nothing, "empty_file")
