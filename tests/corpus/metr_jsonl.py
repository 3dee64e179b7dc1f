"""Hostile time-horizon files: METR's JSON lines."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

from loaders.contract import rules

from .case import Case, later, loaded, partly, refused
from .names import CONTROL, HOSTILE, MANGLED

FORMAT, SUFFIX = "metr-jsonl", ".jsonl"
FIELDS = {
    "run_id": "r",
    "task_id": "f/v",
    "task_family": "f",
    "alias": "An Agent",
    "model": "m",
    "score": 0.5,
    "score_binarized": 1,
    "human_minutes": 2.5,
}


def run(run_id: Any = "r", /, **changes: Any) -> str:
    """Return a line; a change to None leaves the field out."""
    fields = FIELDS | {"run_id": run_id} | changes
    fields = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(fields) + "\n"


def written(run_id: str, /, **changes: str) -> str:
    """Return a line in which the changed values stand as written, quoted or not."""
    fields = {name: json.dumps(value) for name, value in FIELDS.items()}
    fields |= {"run_id": json.dumps(run_id)} | changes
    inside = ", ".join(f'"{name}": {text}' for name, text in fields.items())
    return f"{{{inside}}}\n"


GOOD = run().encode()


def bad_among_good(*bad: str | bytes) -> bytes:
    """Return a good run in line 1, the bad lines from line 2 on, and a good run."""
    lines = [line if isinstance(line, bytes) else line.encode() for line in bad]
    return b"".join([run("first").encode(), *lines, run("last").encode()])


def cases() -> Iterator[Case]:
    for make in (_lines, _encodings, _duplicates, _names, _numbers, _fields, _sizes):
        yield from make()


def _bad(name: str, bad: str | bytes, reason: str) -> Case:
    """Return the case of one bad run, in line 2, among good ones."""
    content = bad_among_good(bad)
    return partly(f"jsonl_{name}", FORMAT, SUFFIX, content, (2, 1), {reason: 2})


def _loaded(name: str, content, count: int, **more) -> Case:
    content = content.encode() if isinstance(content, str) else content
    return loaded(f"jsonl_{name}", FORMAT, SUFFIX, content, count, **more)


def _refused(name: str, content: bytes, reason: str, at="file") -> Case:
    return refused(f"jsonl_{name}", FORMAT, SUFFIX, content, reason, at)


def _lines() -> Iterator[Case]:
    line = GOOD.decode().strip()
    for name, broken in {
        "no_json": "run_id task_id\n",
        "python_dict": "{'run_id': 'r'}\n",
        "trailing_comma": line[:-1] + ",}\n",
        "two_objects": f"{line} {line}\n",
        "comment": f"{line} // run\n",
        "raw_tab": line.replace('"r"', '"\t"') + "\n",
        "bad_escape": line.replace('"r"', '"\\x"') + "\n",
        "half_escape": line.replace('"r"', '"\\u12"') + "\n",
        "form_feed_inside": line.replace("{", "{\f", 1) + "\n",
        "no_comma": line.replace(', "task_id"', ' "task_id"') + "\n",
    }.items():
        yield _bad(name, broken, "invalid_json")
    for name, value in {
        "list": "[1]",
        "text": '"r"',
        "number": "3",
        "null": "null",
        "boolean": "true",
    }.items():
        yield _bad(f"line_is_{name}", f"{value}\n", "not_a_record")
    for length in (1, 5, 9, 40, len(line) - 30, len(line) - 1):
        content = run("first").encode() + line[:length].encode()
        yield partly(
            f"jsonl_cut_at_{length}",
            FORMAT,
            SUFFIX,
            content,
            (1, 1),
            {"invalid_json": 2},
        )
    pretty = json.dumps(json.loads(line), indent=1) + "\n"
    yield partly(
        "jsonl_over_several_lines",
        FORMAT,
        SUFFIX,
        bad_among_good(pretty),
        (2, len(FIELDS) + 2),
        {"invalid_json": 2},
    )
    yield _loaded("no_last_newline", (run("first") + run("last")).rstrip(), 2)
    yield _loaded("crlf", (run("first") + run("last")).replace("\n", "\r\n"), 2)
    yield _loaded("blank_lines", "\n \n" + run("first") + "\n\n" + run("last"), 2)


def _encodings() -> Iterator[Case]:
    text = GOOD.decode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        name = encoding.replace("-", "_")
        yield _refused(name, text.encode(encoding), "wrong_encoding", 1)
    for name, invalid in {
        "latin_1": b"\xe9",
        "overlong": b"\xc0\xaf",
        "surrogate_bytes": b"\xed\xa0\x80",
        "cut_character": b"\xe2\x82",
    }.items():
        bad = GOOD.replace(b"An Agent", b"An " + invalid)
        yield _bad(name, bad, "wrong_encoding")
    yield _bad("nul", GOOD.replace(b"An Agent", b"An\0Agent"), "invalid_json")
    for name, content in {
        "empty": b"",
        "blank": b"\n \n",
    }.items():
        yield refused(f"jsonl_{name}", None, SUFFIX, content, "empty_file")
    mark = b"\xef\xbb\xbf"
    yield _loaded("byte_order_mark", mark + GOOD, 1, notes=("byte_order_mark",))
    escaped = GOOD.replace(b"An Agent", rb"An \ud800 Agent")
    yield _loaded(
        "lone_surrogate",
        escaped,
        1,
        notes=("lone_surrogate",),
        texts=("An \ufffd Agent",),
    )
    yield _loaded(
        "escaped_nul",
        GOOD.replace(b"An Agent", rb"An \u0000 Agent"),
        1,
        texts=("An \0 Agent",),
    )


def _duplicates() -> Iterator[Case]:
    copies = run("r") + run("r") + run("s")
    yield partly(
        "jsonl_run_twice",
        FORMAT,
        SUFFIX,
        copies.encode(),
        (2, 1),
        {"duplicate_record": 2},
    )
    conflict = run("r") + run("r", score=0) + run("s")
    yield partly(
        "jsonl_run_conflicts",
        FORMAT,
        SUFFIX,
        conflict.encode(),
        (1, 2),
        {"conflicting_duplicate": 1},
    )
    # A number and a text that read alike are one id.
    mixed = run(17) + run("17", score=0) + run("s")
    yield partly(
        "jsonl_id_as_number_and_text",
        FORMAT,
        SUFFIX,
        mixed.encode(),
        (1, 2),
        {"conflicting_duplicate": 1},
    )
    bad_copy = run("r") + run("r", human_minutes=-7) + run("s")
    yield partly(
        "jsonl_run_with_a_bad_copy",
        FORMAT,
        SUFFIX,
        bad_copy.encode(),
        (1, 2),
        {"conflicting_duplicate": 1, "human_minutes_not_positive": 2},
    )
    line = GOOD.decode().strip()
    twice = line[:-1] + ', "score": 1}\n'
    yield _bad("field_twice", twice, "duplicate_field")
    inner = line[:-1] + ', "note": {"a": 1, "a": 1}}\n'
    yield _bad("inner_field_twice", inner, "duplicate_field")


def _names() -> Iterator[Case]:
    lines = "".join(run(name, alias=name) for name in MANGLED)
    yield _loaded("mangled_ids", lines, len(MANGLED), texts=MANGLED)
    for name, text in (HOSTILE | CONTROL).items():
        line = run(text, task_id=f"{text}/{text}", task_family=text, alias=text)
        names = rules.canonical(text), rules.canonical(f"{text}/{text}")
        yield _loaded(f"name_{name}", line, 1, texts=names)
    alike = "".join(
        run(number, alias=name)
        for number, name in enumerate(["caf\u00e9", "cafe\u0301", "\u00a0caf\u00e9 "])
    )
    yield _loaded("names_of_one_look", alike, 3, texts=("caf\u00e9",))
    yield _loaded("number_as_id", run(10**30), 1, texts=(str(10**30),))


_BAD = {
    "score": {
        "not_finite": ("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000),
        "wrong_type": ('"1"', "true", "[1]", '{"a": 1}', '""'),
        "null_field": ("null",),
        "invalid_json": ("+1", ".5", "1.", "01", "0x1", "1_0", "nan", "1,0"),
    },
    "score_binarized": {
        "score_binarized_invalid": ("2", "0.5", "-1"),
        "wrong_type": ("true", '"1"'),
        "not_finite": ("NaN",),
        "null_field": ("null",),
    },
    "human_minutes": {
        "human_minutes_not_positive": ("0", "-2", "-0.0"),
        "value_too_large": ("1e300", "1000000001"),
        "not_finite": ("Infinity", "9" * 5000),
        "wrong_type": ("true", '"30"'),
    },
}


def _numbers() -> Iterator[Case]:
    for field, spellings in _BAD.items():
        lines, at = [], {}
        for reason, texts in spellings.items():
            at[reason] = len(lines) + 2
            for text in texts:
                lines.append(written(f"n{len(lines)}", **{field: text}))
        yield partly(
            f"jsonl_bad_{field}",
            FORMAT,
            SUFFIX,
            bad_among_good(*lines),
            (2, len(lines)),
            at,
        )
    scores = ("0", "1", "1.0", "-0", "-0.0", "0.5", "5e-1", "5E-1", "1e-400", "1E+0")
    good = "".join(written(f"n{n}", score=text) for n, text in enumerate(scores))
    yield _loaded("numbers", good, len(scores))
    outside = ("1.5", "-0.1", "2", "1.0000000000000002", "-1e-300")
    kept = "".join(written(f"n{n}", score=text) for n, text in enumerate(outside))
    notes = ("score_outside_0_1",)
    yield _loaded("scores_outside_0_1", kept, len(outside), notes=notes)
    times = ("1.5", '"2024-01-01"', "1734070031112.5", "8640000000000001", "-1")
    read = "".join(written(f"n{n}", started_at=text) for n, text in enumerate(times))
    yield _loaded("times", read, len(times))
    unread = ('"soon"', "true", "1e300", '"1734070031112"', "[]")
    null = "".join(written(f"n{n}", started_at=text) for n, text in enumerate(unread))
    yield _loaded("times_unread", null, len(unread), notes=("unreadable_field",))
    numbers = run(17, task_id=3, task_family=3) + run(18, task_id=10**30)
    yield _loaded("numbers_as_ids", numbers, 2, texts=("17", "3", str(10**30)))
    array = "[" + ",\n".join(map(str.strip, (run("a"), run("b")))) + "]"
    yield _loaded("array", array, 2)
    yield _loaded("array_packed", gzip.compress(array.encode()), 2)
    merge = f"{run('a')}<<<<<<< HEAD\n{run('b')}=======\n{run('b', score=1)}>>>>>>> x\n"
    yield _refused("merge_conflict", merge.encode(), "merge_conflict", 2)
    newer = {name: value for name, value in FIELDS.items() if name != "score"}
    newer |= {"score_cont": 0.7, "tokens_count": 45678, "generation_cost": 1.25}
    newer |= {"scaffold": "flock", "task_source": "kiln", "task_version": "1.2.0"}
    yield _loaded("newer_names", json.dumps(newer) + "\n", 1)


def _fields() -> Iterator[Case]:
    for name in FIELDS:
        without = {key: value for key, value in FIELDS.items() if key != name}
        yield _bad(f"without_{name}", json.dumps(without) + "\n", "missing_field")
        yield _bad(f"null_{name}", written("r", **{name: "null"}), "null_field")
    for name in ("run_id", "task_id", "task_family", "alias", "model"):
        yield _bad(f"empty_{name}", written("r", **{name: '" "'}), "empty_text")
        yield _bad(f"list_{name}", written("r", **{name: "[1]"}), "wrong_type")
    yield _bad("fractional_run_id", written("r", run_id="1.5"), "wrong_type")
    yield _bad("boolean_run_id", written("r", run_id="true"), "wrong_type")
    yield _loaded("extra_fields", run(note={"a": [1, None, "x"]}), 1)
    for name in ("note", "total_tokens", "human_score", "started_at"):
        for kind, number in {"nan": "NaN", "huge": "9" * 5000}.items():
            line = written("r", **{name: number})
            yield _loaded(f"{name}_is_{kind}", line, 1, notes=("not_finite",))
    yield _loaded("human_minutes_differ", run("r") + run("s", human_minutes=7), 2)


def _sizes() -> Iterator[Case]:
    deep = written("deep", note="[" * 100_000 + "]" * 100_000)
    yield _bad("deep_lists", deep, "too_deep")
    deep = written("deep", note='{"a":' * 100_000 + "1" + "}" * 100_000)
    yield _bad("deep_objects", deep, "too_deep")
    inside = "[" * 127 + "]" * 127
    yield _loaded("as_deep_as_allowed", written("r", note=inside), 1)
    for name in ("run_id", "task_id", "task_family"):
        long = FIELDS | {name: "k" * 1001}
        yield _bad(f"{name}_too_long", f"{json.dumps(long)}\n", "text_too_long")
    for name in ("run_id", "task_id", "task_family", "alias", "model"):
        for kind, unseen in {"zero_width": "\u200b", "filler": "\u3164"}.items():
            hidden = FIELDS | {name: unseen}
            line = json.dumps(hidden) + "\n"
            yield _bad(f"{name}_is_{kind}", line, "empty_text")
    big = "x" * 4_000_000
    text = later(lambda: run(alias=big).encode())
    yield _loaded("big_text", text, 1, texts=(big,))
    yield partly(
        "jsonl_endless_line",
        FORMAT,
        SUFFIX,
        later(lambda: bad_among_good(run(alias="x" * 60_000_000))),
        (2, 1),
        {"line_too_long": 2},
    )
    yield partly(
        "jsonl_many_bad_lines",
        FORMAT,
        SUFFIX,
        later(lambda: bad_among_good("{}\n" * 100_000)),
        (2, 100_000),
        {"missing_field": 2},
    )
