"""Hostile traces: HAL's JSON."""

import json
from collections.abc import Iterator
from typing import Any

from loaders.contract import rules

from .case import Case, later, loaded, partly, refused
from .names import CONTROL, HOSTILE, MANGLED

FORMAT, SUFFIX = "hal", "_UPLOAD.json"
CONFIG = {
    "agent_name": "An Agent",
    "benchmark_name": "gaia",
    "date": "2025-04-23",
    "run_id": "gaia_an_agent_1",
    "agent_args": {"model_name": "o3"},
}
CALL = {
    "id": "c1",
    "weave_task_id": "a",
    "inputs": {"model": "o3"},
    "output": {"usage": {"prompt_tokens": 10, "completion_tokens": 2}},
}


def trace(config: Any = None, results: Any = None, **parts: Any) -> dict:
    """Return a good trace of one record, with some of it replaced or added."""
    return {
        "config": CONFIG | (config or {}),
        "results": {"accuracy": 0.5, "total_cost": 1.5} | (results or {}),
    } | parts


def text(document: Any) -> bytes:
    return json.dumps(document).encode()


GOOD = text(trace())
# Of six records: one evaluation, two task results, a latency, a call and a usage.
FULL = trace(
    results={
        "successful_tasks": ["a"],
        "failed_tasks": ["b"],
        "latencies": {"a": {"total_time": 1.5}},
    },
    raw_logging_results=[CALL],
    total_usage={"o3": {"prompt_tokens": 10, "completion_tokens": 2}},
)


def cases() -> Iterator[Case]:
    for make in (_syntax, _encodings, _truncated, _identity, _duplicates, _names):
        yield from make()
    for make in (_odd, _records, _sizes):
        yield from make()


def _refused(name: str, content, reason: str, at="file", **more) -> Case:
    return refused(f"hal_{name}", FORMAT, SUFFIX, content, reason, at, **more)


def _loaded(name: str, content, count: int, **more) -> Case:
    return loaded(f"hal_{name}", FORMAT, SUFFIX, content, count, **more)


def _replaced(old: str, new: str, document: Any = None) -> bytes:
    """Return a trace as text with some of it written otherwise."""
    content = json.dumps(document or trace())
    assert content.count(old) == 1
    return content.replace(old, new).encode()


def _syntax() -> Iterator[Case]:
    for name, content, at in (
        ("trailing_comma", GOOD[:-1] + b",}", 200),
        ("single_quotes", GOOD.replace(b'"accuracy"', b"'accuracy'"), 164),
        ("comment", GOOD[:-1] + b"// end\n}", 199),
        ("plus_sign", GOOD.replace(b"0.5", b"+0.5"), 176),
        ("leading_zero", GOOD.replace(b"0.5", b"00.5"), 177),
        ("no_colon", GOOD.replace(b'"accuracy": ', b'"accuracy" '), 175),
        ("raw_newline", GOOD.replace(b"An Agent", b"An\nAgent"), 29),
        ("bad_escape", GOOD.replace(b"An Agent", rb"An \q Agent"), 31),
        ("nul", GOOD.replace(b"An Agent", b"An \0 Agent"), 30),
    ):
        yield _refused(name, content, "not_json", f"byte {at}")
    yield refused("hal_empty", None, SUFFIX, b"", "empty_file")
    yield refused("hal_null", None, SUFFIX, b"null", "unknown_format")
    yield refused("hal_other_json", None, SUFFIX, b'{"a": 1}', "unknown_format")
    yield _loaded("list", b"[" + GOOD + b"]", 1)
    yield _loaded("two_documents", GOOD + b"\n" + GOOD, 2)
    yield _refused("two_in_a_line", GOOD + b" " + GOOD, "not_json", "byte 202")


def _encodings() -> Iterator[Case]:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        content = GOOD.decode().encode(encoding)
        yield _refused(encoding.replace("-", "_"), content, "wrong_encoding")
    at = GOOD.index(b"Agent")
    for name, invalid in {
        "latin_1": b"\xe9",
        "overlong": b"\xc0\xaf",
        "surrogate_bytes": b"\xed\xa0\x80",
    }.items():
        content = GOOD.replace(b"Agent", invalid + b"Agent")
        yield _refused(name, content, "wrong_encoding", f"byte {at}")
    yield _loaded(
        "byte_order_mark", b"\xef\xbb\xbf" + GOOD, 1, notes=("byte_order_mark",)
    )
    yield _loaded(
        "lone_surrogate",
        GOOD.replace(b"An Agent", rb"An \udc00 Agent"),
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


def _truncated() -> Iterator[Case]:
    content = text(FULL)
    levels = {
        "in_config": b'"date"',
        "in_agent_args": b'"model_name"',
        "in_results": b'"accuracy"',
        "in_a_list": b'"b"',
        "in_latencies": b'"total_time"',
        "in_the_log": b'"weave_task_id"',
        "in_a_call": b'"completion_tokens"',
        "in_usage": b'"total_usage"',
    }
    for name, mark in levels.items():
        cut = content[: content.index(mark) + 3]
        yield _refused(f"cut_{name}", cut, "truncated", f"byte {len(cut)}")
    for left in (1, 2, 3):
        cut = content[:-left]
        yield _refused(f"cut_{left}_before_end", cut, "truncated", f"byte {len(cut)}")


def _identity() -> Iterator[Case]:
    for part in ("config", "results"):
        without = text({name: value for name, value in FULL.items() if name != part})
        documents = {f"without_{part}": without}
        for name, value in {"null": None, "list": [], "number": 3}.items():
            documents[f"{part}_is_{name}"] = text(FULL | {part: value})
        for name, content in documents.items():
            at = f"/{part}"
            yield _refused(name, content, "not_a_trace", at, is_forced=True)
    for name in ("run_id", "benchmark_name", "agent_name"):
        kinds = {"null": None, "number": 3, "blank": " ", "list": []}
        for kind, value in kinds.items():
            content = text(trace({name: value}))
            at = f"/config/{name}"
            if (name, kind) == ("run_id", "number"):
                yield _loaded("run_id_is_number", content, 1, texts=("3",))
                continue
            yield _refused(f"{name}_is_{kind}", content, "identity_missing", at)


def _duplicates() -> Iterator[Case]:
    same = GOOD[:-1] + b', "results": {}}'
    yield _refused("part_twice", same, "duplicate_key", "/results")
    for name, old, at in (
        ("run_id_twice", '"run_id": "gaia_an_agent_1"', "/config/run_id"),
        ("accuracy_twice", '"accuracy": 0.5', "/results/accuracy"),
        ("model_twice", '"model_name": "o3"', "/config/agent_args/model_name"),
    ):
        content = _replaced(old, f"{old}, {old}")
        yield _refused(name, content, "duplicate_key", at)
    first = '"a": {"total_time": 1.5}'
    for name, second, counts, reason in (
        ("latency_twice", first, (6, 1), "duplicate_record"),
        ("latency_differs", '"a": 9', (5, 2), "conflicting_duplicate"),
    ):
        content = _replaced(first, f"{first}, {second}", FULL)
        at = {reason: "/results/latencies/a"}
        yield partly(f"hal_{name}", FORMAT, SUFFIX, content, counts, at)
    for name, second, counts, reason, at in (
        ("call_twice", CALL, (6, 1), "duplicate_record", "/raw_logging_results/1"),
        (
            "call_differs",
            CALL | {"weave_task_id": "b"},
            (5, 2),
            "conflicting_duplicate",
            "/raw_logging_results/0",
        ),
    ):
        document = FULL | {"raw_logging_results": [CALL, second]}
        yield partly(
            f"hal_{name}", FORMAT, SUFFIX, text(document), counts, {reason: at}
        )
    yield from _duplicate_fields()
    document = trace(results={"successful_tasks": ["a", "a"]})
    yield partly(
        "hal_task_twice",
        FORMAT,
        SUFFIX,
        text(document),
        (2, 1),
        {"duplicate_record": "/results/successful_tasks/1"},
    )


def _duplicate_fields() -> Iterator[Case]:
    """Yield records with one field twice; msgspec alone would take the last."""
    yield from _duplicate_fields_of_calls()
    yield from _duplicate_fields_of_parts()
    yield from _duplicate_sections()
    effort = {"effort": "high"}
    for name, document, at in (
        ("agent_args", trace({"agent_args": {"a": [effort]}}), "/config/agent_args/a"),
        ("config", trace({"b": {"c": effort}}), "/config/b"),
        ("results", trace(results={"d": effort}), "/results/d"),
    ):
        old = '"effort": "high"'
        content = _replaced(old, f'"effort": "low", {old}', document)
        yield _refused(f"inside_{name}_twice", content, "duplicate_field", at)


CALL_OF_ALL_FIELDS = {
    "id": "c",
    "parent_id": None,
    "weave_task_id": "a",
    "started_at": "1",
    "inputs": {"model": "o3", "messages": ["x"]},
    "output": {
        "model": "o3",
        "usage": {
            "prompt_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 3},
        },
    },
    "summary": {"usage": {"o3": {"completion_tokens": 2}}},
    "attributes": {"weave_task_id": "a"},
}
TASK_LOG = {
    "model": "o4",
    "call_count": 1,
    "messages": [],
    "call_metadata": [{"usage": {"prompt_tokens": 7}, "ended_at": "1"}],
}
# The field as written, and the same field with another value before it.
CALL_FIELDS = {
    "id": ('"id": "c"', '"id": "c"'),
    "parent": ('"parent_id": null', '"parent_id": "p"'),
    "task": ('"weave_task_id": "a", "started_at"', '"weave_task_id": "a"'),
    "start": ('"started_at": "1"', '"started_at": null'),
    "model": ('"model": "o3", "messages"', '"model": "o4"'),
    "output": ('"output": {"model"', '"output": null'),
    "count": ('"prompt_tokens": 9', '"prompt_tokens": 8'),
    "details": ('"cached_tokens": 3', '"cached_tokens": 4'),
    "count_by_model": ('"completion_tokens": 2', '"completion_tokens": 1'),
    "usage_by_model": ('"usage": {"o3"', '"usage": {}'),
    "model_of_usage": ('"o3": {"completion_tokens"', '"o3": null'),
    "attribute": ('"weave_task_id": "a"}}', '"weave_task_id": "b"'),
}


def _duplicate_fields_of_calls() -> Iterator[Case]:
    good = {"id": "d"}
    for name, (old, before) in CALL_FIELDS.items():
        document = trace(raw_logging_results=[CALL_OF_ALL_FIELDS, good])
        yield partly(
            f"hal_call_has_{name}_twice",
            FORMAT,
            SUFFIX,
            _replaced(old, f"{before}, {old}", document),
            (2, 1),
            {"duplicate_field": "/raw_logging_results/0"},
        )
    by_task = trace(raw_logging_results={"a": TASK_LOG, "b": {"call_metadata": [{}]}})
    for name, old, at in (
        ("model", '"model": "o4"', ""),
        ("call_count", '"call_count": 1', ""),
        ("count", '"prompt_tokens": 7', "/call_metadata/0"),
        ("end", '"ended_at": "1"', "/call_metadata/0"),
    ):
        content = _replaced(old, f"{old}, {old}", by_task)
        yield partly(
            f"hal_task_log_has_{name}_twice",
            FORMAT,
            SUFFIX,
            content,
            (2, 1),
            {"duplicate_field": f"/raw_logging_results/a{at}"},
        )


def _duplicate_fields_of_parts() -> Iterator[Case]:
    for name, document, old, at in (
        (
            "latency",
            trace(results={"latencies": {"a": {"total_time": 1}, "b": 1}}),
            '"total_time": 1',
            "/results/latencies/a",
        ),
        (
            "usage",
            trace(total_usage={"m": {"prompt_tokens": 1}, "n": {}}),
            '"prompt_tokens": 1',
            "/total_usage/m",
        ),
        (
            "score",
            trace(raw_eval_results={"a": {"score": 1}, "b": {"score": 0}}),
            '"score": 1',
            "/raw_eval_results/a",
        ),
        (
            "one_of_several_scores",
            trace(raw_eval_results={"a": [{"score": 1}], "b": {"score": 0}}),
            '"score": 1',
            "/raw_eval_results/a",
        ),
        (
            "share_of_tests",
            trace(
                {"benchmark_name": "usaco"},
                raw_eval_results={
                    "sdict": {"a": [{"result": {"fraction_passed": 1}}], "b": []}
                },
            ),
            '"fraction_passed": 1',
            "/raw_eval_results/sdict/a",
        ),
    ):
        content = _replaced(old, f"{old}, {old}", document)
        yield partly(
            f"hal_field_of_{name}_twice",
            FORMAT,
            SUFFIX,
            content,
            (2, 1),
            {"duplicate_field": at},
        )


def _duplicate_sections() -> Iterator[Case]:
    """Yield reports that have the part with their tasks twice."""
    for benchmark, section, tasks in (
        ("usaco", "sdict", {"a": [{"result": {"fraction_passed": 1}}], "b": []}),
        ("appworld", "individual", {"a": {"success": True}, "b": {}}),
        ("scienceagentbench", "eval_result", {"a": {"success_rate": 1}, "b": {}}),
        ("swebench", "resolved_ids", ["a", "b"]),
    ):
        old = f'"{section}": {json.dumps(tasks)}'
        whole = trace({"benchmark_name": benchmark}, raw_eval_results={section: tasks})
        at = f"/raw_eval_results/{section}"
        for name, before, counts, reason in (
            ("twice", old, (3, 1), "duplicate_record"),
            ("differing", f'"{section}": {{}}', (1, 2), "conflicting_duplicate"),
        ):
            yield partly(
                f"hal_{section}_{name}",
                FORMAT,
                SUFFIX,
                _replaced(old, f"{before}, {old}", whole),
                counts,
                {reason: at},
            )


def _names() -> Iterator[Case]:
    lists = {"successful_tasks": list(MANGLED)}
    yield _loaded(
        "mangled_ids", text(trace(results=lists)), 1 + len(MANGLED), texts=MANGLED
    )
    for name, hostile in (HOSTILE | CONTROL).items():
        document = trace(
            {"run_id": hostile, "agent_name": hostile, "benchmark_name": hostile},
            {"successful_tasks": [hostile], "latencies": {hostile: 1}},
            total_usage={hostile: {"prompt_tokens": 1, "completion_tokens": 1}},
            raw_logging_results=[CALL | {"id": hostile, "weave_task_id": hostile}],
        )
        texts = (rules.canonical(hostile),)
        yield _loaded(f"name_{name}", text(document), 5, texts=texts)
    # Composed or not, with a blank that breaks no line or one around: one look.
    alike = ["caf\u00e9", "cafe\u0301", "dune 7", "dune\u00a07", "\u2007dune 7 \ufeff"]
    yield partly(
        "hal_names_of_one_look",
        FORMAT,
        SUFFIX,
        text(trace(results={"successful_tasks": alike})),
        (3, 3),
        {"duplicate_record": "/results/successful_tasks/1"},
        texts=("caf\u00e9", "dune 7"),
    )
    counts = {"caf\u00e9": 3, "cafe\u0301": 4, "dune": 5, "dune ": 5}
    yield partly(
        "hal_counts_of_one_look",
        FORMAT,
        SUFFIX,
        text(trace(task_step_counts=counts)),
        (2, 3),
        {
            "conflicting_duplicate": "/task_step_counts/caf\u00e9",
            "duplicate_record": "/task_step_counts/dune",
        },
    )


def _odd() -> Iterator[Case]:
    for name, number in {"nan": "NaN", "infinity": "-Infinity"}.items():
        yield _loaded(
            name,
            GOOD.replace(b"0.5", number.encode()),
            1,
            notes=("not_finite",),
        )
    yield _loaded(
        "too_big_number", GOOD.replace(b"0.5", b"1e999"), 1, notes=("not_finite",)
    )
    huge = GOOD.replace(b"0.5", b"9" * 5000)
    yield _loaded("long_integer", huge, 1, notes=("value_too_large",))
    for name, value in {"text": "half", "boolean": True, "list": [1]}.items():
        document = trace(results={"accuracy": value})
        yield _loaded(f"accuracy_is_{name}", text(document), 1, notes=("wrong_type",))
    for name, results, parts, code in (
        ("accuracy_in_percent", {"accuracy": 85.0}, {}, "score_out_of_range"),
        ("cost_negative", {"total_cost": -0.5}, {}, "cost_negative"),
        ("cost_beyond_all_measure", {"total_cost": 1e12}, {}, "value_too_large"),
        ("trace_cost_negative", {}, {"total_cost": -1}, "cost_negative"),
        ("trace_cost_has_400_digits", {}, {"total_cost": 10**400}, "not_finite"),
        ("trace_cost_is_text", {}, {"total_cost": "3"}, "wrong_type"),
        ("hash_is_a_number", {}, {"agent_hash": 3}, "wrong_type"),
    ):
        content = text(trace(results=results, **parts))
        yield _loaded(name, content, 1, notes=(code,))
    by_task = {"t": {"call_count": 10**30, "call_metadata": [{}]}}
    counted = trace(results={"latencies": {"t": 1}}, raw_logging_results=by_task)
    yield _loaded("call_count_has_31_digits", text(counted), 3)
    yield _loaded("unknown_part", text(trace(more=[1])), 1, notes=("unknown_part",))
    yield _loaded("extra_fields", text(trace({"more": 1}, {"more": [None]})), 1)
    yield _loaded("null_cost", text(trace(results={"total_cost": None})), 1)
    yield _loaded(
        "both_lists",
        text(trace(results={"successful_tasks": ["a"], "failed_tasks": ["a"]})),
        2,
    )


def _records() -> Iterator[Case]:
    yield from _positions_alike()
    yield from _odd_numbers()
    yield from _unseen_ids()
    for name, parts, results, counts, reason, at in BROKEN_RECORDS:
        content = text(trace(results=results, **parts))
        yield partly(f"hal_{name}", FORMAT, SUFFIX, content, counts, {reason: at})


def _positions_alike() -> Iterator[Case]:
    latencies = b'"latencies": {"a": -1, "a": -1, "a:2": -1, "b": 1}'
    content = GOOD.replace(b'"accuracy": 0.5', latencies)
    yield partly(
        "hal_positions_alike",
        FORMAT,
        SUFFIX,
        content,
        (2, 3),
        {
            "seconds_negative": "/results/latencies/a",
            "duplicate_record": "/results/latencies/a::2",
        },
    )


def _odd_numbers() -> Iterator[Case]:
    """Yield numbers that only some parsers read, and sums too large for a double."""
    numbers = {"underscore": "1_0", "arabic": "\u0661", "inf": "inf", "plus": "+1"}
    for name, number in numbers.items():
        judged = {"a": [{"result": {"fraction_passed": number}}], "b": []}
        document = trace(
            {"benchmark_name": "usaco"}, raw_eval_results={"sdict": judged}
        )
        yield partly(
            f"hal_number_with_{name}",
            FORMAT,
            SUFFIX,
            text(document),
            (2, 1),
            {"wrong_type": "/raw_eval_results/sdict/a"},
        )
    twice = [{"reward": 1.7e308}, {"reward": 1.7e308}]
    rewarded = trace(
        {"benchmark_name": "taubench_airline"},
        raw_eval_results={"a": twice, "b": {"reward": 1.0}},
    )
    yield partly(
        "hal_rewards_add_up_beyond_doubles",
        FORMAT,
        SUFFIX,
        text(rewarded),
        (2, 1),
        {"not_finite": "/raw_eval_results/a"},
    )


def _unseen_ids() -> Iterator[Case]:
    """Yield ids and names without a visible character."""
    for name, unseen in {
        "empty": "",
        "blank": " ",
        "zero_width_space": "\u200b",
        "empty_braille": "\u2800",
        "hangul_filler": "\u3164",
    }.items():
        parts = {
            "results": {"successful_tasks": [unseen], "latencies": {unseen: 1}},
            "total_usage": {unseen: {"prompt_tokens": 1}},
            "task_step_counts": {unseen: 1},
            "raw_eval_results": {unseen: {"score": 1}},
        }
        yield partly(
            f"hal_ids_are_{name}",
            FORMAT,
            SUFFIX,
            text(trace(**parts)),
            (1, 5),
            {"empty_text": f"/raw_eval_results/{rules.canonical(unseen)}"},
        )
        content = text(trace({"agent_name": unseen}))
        at = "/config/agent_name"
        yield _refused(f"name_of_agent_is_{name}", content, "identity_missing", at)


GOOD_LATENCY = {"total_time": 1}
# Name, parts of the trace, its results, records loaded and refused, reason, position.
BROKEN_RECORDS = (
    (
        "latency_negative", {}, {"latencies": {"x": {"total_time": -1}, "y": GOOD_LATENCY}},
        (2, 1), "seconds_negative", "/results/latencies/x",
    ),
    (
        "latency_is_text", {}, {"latencies": {"x": "fast", "y": GOOD_LATENCY}},
        (2, 1), "wrong_type", "/results/latencies/x",
    ),
    (
        "latencies_are_a_list", {}, {"latencies": [1]},
        (1, 1), "wrong_type", "/results/latencies",
    ),
    (
        "task_is_a_fraction", {}, {"failed_tasks": ["a", 3.5]},
        (2, 1), "wrong_type", "/results/failed_tasks/1",
    ),
    (
        "task_is_blank", {}, {"failed_tasks": ["a", " "]},
        (2, 1), "empty_text", "/results/failed_tasks/1",
    ),
    (
        "tasks_are_an_object", {}, {"failed_tasks": {"a": 1}},
        (1, 1), "wrong_type", "/results/failed_tasks",
    ),
    (
        "steps_negative", {"task_step_counts": {"a": -1, "b": 2}}, {},
        (2, 1), "count_negative", "/task_step_counts/a",
    ),
    (
        "steps_fractional", {"task_step_counts": {"a": 1.5, "b": 2.0}}, {},
        (2, 1), "count_fractional", "/task_step_counts/a",
    ),
    (
        "steps_boolean", {"task_step_counts": {"a": True, "b": 2}}, {},
        (2, 1), "wrong_type", "/task_step_counts/a",
    ),
    (
        "steps_too_many", {"task_step_counts": {"a": 2**64, "b": 2}}, {},
        (2, 1), "value_too_large", "/task_step_counts/a",
    ),
    (
        "usage_cached_negative",
        {
            "total_usage": {
                "m": {"prompt_tokens": 1, "cache_read_input_tokens": -2}
            }
        },
        {}, (1, 1), "count_negative", "/total_usage/m",
    ),
    (
        "usage_beyond_all_measure",
        {"total_usage": {"m": {"prompt_tokens": 9 * 10**18}}},
        {}, (1, 1), "value_too_large", "/total_usage/m",
    ),
    (
        "call_beyond_all_measure",
        {
            "raw_logging_results": [
                CALL | {"output": {"usage": {"completion_tokens": 9 * 10**18}}}
            ]
        },
        {}, (1, 1), "value_too_large", "/raw_logging_results/0",
    ),
    (
        "latency_beyond_all_measure", {}, {"latencies": {"x": 1e21, "y": GOOD_LATENCY}},
        (2, 1), "value_too_large", "/results/latencies/x",
    ),
    (
        "usage_is_a_list", {"total_usage": [1]}, {},
        (1, 1), "wrong_type", "/total_usage",
    ),
    (
        "call_is_text", {"raw_logging_results": ["x", CALL]}, {},
        (2, 1), "not_a_record", "/raw_logging_results/0",
    ),
    (
        "call_without_id", {"raw_logging_results": [{"op_name": "x"}, CALL]}, {},
        (2, 1), "missing_field", "/raw_logging_results/0",
    ),
    (
        "log_is_a_number", {"raw_logging_results": 3}, {},
        (1, 1), "wrong_type", "/raw_logging_results",
    ),
    (
        "task_log_is_text",
        {"raw_logging_results": {"a": "x", "b": {"call_metadata": [{}]}}},
        {}, (2, 1), "not_a_record", "/raw_logging_results/a",
    ),
    (
        "raw_score_has_400_digits",
        {"raw_eval_results": {"a": {"score": 10**400}, "b": {"score": 1}}},
        {}, (2, 1), "not_finite", "/raw_eval_results/a",
    ),
    (
        "scores_add_up_beyond_doubles",
        {"raw_eval_results": {"a": [{"score": 1e308}] * 2, "b": {"score": 1}}},
        {}, (2, 1), "not_finite", "/raw_eval_results/a",
    ),
    (
        "sum_of_usage_beyond_all_measure",
        {
            "raw_logging_results": [
                {
                    "id": "c",
                    "summary": {
                        "usage": {
                            "m": {"prompt_tokens": 9 * 10**11},
                            "n": {"prompt_tokens": 9 * 10**11},
                        }
                    },
                },
                CALL,
            ]
        },
        {}, (2, 1), "value_too_large", "/raw_logging_results/0",
    ),
    (
        "usage_is_a_number_beyond_doubles",
        {"total_usage": 10**400},
        {}, (1, 1), "wrong_type", "/total_usage",
    ),
    (
        "raw_result_is_a_number", {"raw_eval_results": {"a": 3, "b": {"score": 1}}},
        {}, (2, 1), "wrong_type", "/raw_eval_results/a",
    ),
)  # fmt: skip


def _sizes() -> Iterator[Case]:
    deep = 100_000
    nested = b"[" * deep + b"]" * deep
    for name, replaced in {
        "deep_in_config": b'{"model_name": "o3"}',
        "deep_in_results": b"0.5",
        "deep_in_log": b"[]",
    }.items():
        content = text(trace(raw_logging_results=[])).replace(replaced, nested)
        yield _refused(name, content, "too_deep")
    unclosed = b'{"config": {"run_id": 1, "agent_name": ' + b'{"a":' * deep
    yield _refused("deep_and_cut", unclosed, "too_deep", is_forced=True)
    yield from _long()
    big = "x" * 4_000_000
    named = later(lambda: text(trace({"agent_name": big})))
    yield _loaded("big_name", named, 1, texts=(big,))
    talked = later(lambda: text(_with_message("x" * 100_000_000)))
    yield _loaded("big_message", talked, 2)
    huge = later(lambda: text(trace({"note": "x" * 6_000_000})))
    yield _refused("huge_field", huge, "record_too_large", "/config/note")
    # Cached tokens beyond the prompt's are beside it.
    cached = {"m": {"prompt_tokens": 1, "cache_read_input_tokens": 2}}
    yield _loaded("usage_cached_beyond", text(trace(total_usage=cached)), 2)
    bad_calls = later(lambda: text(trace(raw_logging_results=[{}] * 100_000)))
    yield partly(
        "hal_many_bad_calls",
        FORMAT,
        SUFFIX,
        bad_calls,
        (1, 100_000),
        {"missing_field": "/raw_logging_results/0"},
    )


def _long() -> Iterator[Case]:
    """Yield ids, keys and positions that are too long."""
    most, long = "k" * 900, "k" * 2_000_000
    lists = {"successful_tasks": ["a", most, long], "failed_tasks": ["é" * 501]}
    yield partly(
        "hal_task_ids_too_long",
        FORMAT,
        SUFFIX,
        later(lambda: text(trace(results=lists))),
        (3, 2),
        {"text_too_long": "/results/failed_tasks/0"},
    )
    keyed = {"latencies": {"a": 1, long: 1}}
    at = f"/results/latencies/{long}"[:997] + "…"
    yield partly(
        "hal_latency_key_too_long",
        FORMAT,
        SUFFIX,
        later(lambda: text(trace(results=keyed))),
        (2, 1),
        {"text_too_long": at},
    )
    slashes = "/" * 600
    at = ("/results/latencies/" + "~1" * 600)[:997] + "…"
    yield partly(
        "hal_position_too_long",
        FORMAT,
        SUFFIX,
        text(trace(results={"latencies": {"a": 1, slashes: 1}})),
        (2, 1),
        {"text_too_long": at},
    )
    usage = {"m": {"prompt_tokens": 1}, long: {"prompt_tokens": 1}}
    yield partly(
        "hal_model_key_too_long",
        FORMAT,
        SUFFIX,
        later(lambda: text(trace(total_usage=usage))),
        (2, 1),
        {"text_too_long": f"/total_usage/{long}"[:997] + "…"},
    )
    huge = "k" * 50_000_000
    yield partly(
        "hal_key_of_50_mb",
        FORMAT,
        SUFFIX,
        later(lambda: text(trace(task_step_counts={"a": 1, huge: 1}))),
        (2, 1),
        {"text_too_long": f"/task_step_counts/{huge}"[:997] + "…"},
    )


def _with_message(message: str) -> dict:
    inputs = {"model": "o3", "messages": [message]}
    return trace(raw_logging_results=[CALL | {"inputs": inputs}])
