"""JSON and YAML with a million entries, or deep nesting, at each of their levels."""

from itertools import chain

from benchmarks.flood_text import Content, lines, numbered, one_object, repeated

_CONFIG = '"run_id":"r","benchmark_name":"gaia","agent_name":"a"'
_HAL_PARTS = (
    *("agent_hash", "prompt_sensitivity_metrics", "raw_eval_results", "total_cost"),
    *("task_step_counts", "total_usage", "wall_clock_times", "metadata"),
)
_SAMPLE = '"id":1,"epoch":1'
_SAMPLE_FIELDS = (
    *("error_retries", "messages", "metadata", "model_usage", "role_usage", "scores"),
    *("store", "transcript", "limit"),
)
_LOG = '"version":2,"status":"success"'
_EVAL = '"eval_id":"e","task":"t","model":"m"'
_TRIAL = '"id":"t","task_name":"t","trial_name":"t__1","agent_info":{"name":"a"}'
_TRIAL_FIELDS = ("agent_result", "config", "exception_info", "verifier_result", "notes")
_JOB = '"id":"j","n_total_trials":1'
_OLD_TRIAL = '"id":"t","task_id":"t","is_resolved":true'
_RUN = (
    '"task_id":"f/v","task_family":"f","alias":"a","model":"m","score":1,'
    '"score_binarized":1,"human_minutes":1'
)
_KEY = '"#":1'
# What stands where a value is expected, of about so many bytes.
_VALUES = {
    "objects": one_object("[", "{}", "]"),
    "keys": one_object("{", '"#":{}', "}", True),
    "depth": lambda size: b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6),
    "escapes": lambda size: b'"' + rb"\n" * (size // 2) + b'"',
    "digits": lambda size: b"1" * size,
}
_Flood = tuple[str, Content]


def _around(head: str, value: Content, tail: str) -> Content:
    return lambda size: head.encode() + value(size) + tail.encode()


def _at(name: str, head: str, tail: str, *kinds: str) -> dict[str, _Flood]:
    """Return a file for each kind of value between a head and a tail."""
    return {
        f"{name}_{kind}": (".json", _around(head, _VALUES[kind], tail))
        for kind in kinds or _VALUES
    }


_HAL = [
    _at("hal_config", f'{{"config":{{{_CONFIG},"x":', '},"results":{}}'),
    _at("hal_arguments", f'{{"config":{{{_CONFIG},"agent_args":', '},"results":{}}'),
    _at("hal_accuracy", f'{{"config":{{{_CONFIG}}},"results":{{"accuracy":', "}}"),
    _at(
        "hal_call",
        f'{{"config":{{{_CONFIG}}},"results":{{}},"raw_logging_results":[{{"id":1,'
        '"summary":{"usage":',
        "}}]}",
    ),
    *(
        _at(
            f"hal_{part}",
            f'{{"config":{{{_CONFIG}}},"results":{{}},"{part}":',
            "}",
            *("objects", "keys"),
        )
        for part in _HAL_PARTS
    ),
]
_INSPECT = [
    _at("inspect_metadata_of_eval", f'{{{_LOG},"eval":{{{_EVAL},"metadata":', "}}"),
    _at("inspect_stats", f'{{{_LOG},"eval":{{{_EVAL}}},"stats":{{"model_usage":', "}}"),
    _at(
        "inspect_score",
        f'{{{_LOG},"eval":{{{_EVAL}}},"samples":[{{{_SAMPLE},"scores":{{"s":{{"value":',
        "}}}]}",
    ),
    *(
        _at(
            f"inspect_{field}",
            f'{{{_LOG},"eval":{{{_EVAL}}},"samples":[{{{_SAMPLE},"{field}":',
            "}]}",
            *("objects", "keys"),
        )
        for field in _SAMPLE_FIELDS
    ),
]
_HARBOR = [
    *(
        _at(f"harbor_{field}", f'{{{_TRIAL},"{field}":', "}", "objects", "keys")
        for field in _TRIAL_FIELDS
    ),
    _at(
        "harbor_message",
        f'{{{_TRIAL},"exception_info":{{"exception_type":"E","exception_message":',
        "}}",
    ),
    _at("harbor_stats", f'{{{_JOB},"stats":{{"evals":{{"e":', "}}}"),
]
_TERMINAL_BENCH = [
    _at("terminal_bench_trial", f'{{{_OLD_TRIAL},"parser_results":', "}"),
    _at("terminal_bench_instruction", f'{{{_OLD_TRIAL},"instruction":', "}"),
    _at(
        "terminal_bench_of_results",
        f'{{"run_id":"r","results":[{{{_OLD_TRIAL},"x":',
        "}]}",
    ),
]


def _runs(field: str) -> Content:
    """Return as many runs as fit, each with its id and a long field."""

    def content(size: int) -> bytes:
        most = min(size, 4_900_000)
        written = (
            f'{{"run_id":"{at}",{_RUN},"x":{field.replace("#", repeated("1", most))}}}'
            for at in range(max(1, size // most))
        )
        return "\n".join(written).encode()

    return content


_METR = {
    "jsonl_long_records": (".jsonl", _runs('"#"')),
    "jsonl_long_lists": (".jsonl", _runs("[#]")),
    "jsonl_digits": (
        ".jsonl",
        lines("", f'{{"run_id":"#",{_RUN},"x":{"1" * 100_000}}}\n', True),
    ),
    "jsonl_depth": (
        ".jsonl",
        lines("", f'{{"run_id":"#",{_RUN},"x":{"[" * 500}{"]" * 500}}}\n', True),
    ),
    "yaml_digits": (
        ".yaml",
        lambda size: b"f: {v: {r: {action_count: 1, score: " + b"1" * size + b"}}}",
    ),
    "yaml_escapes": (
        ".yaml",
        lambda size: (
            b'f: {v: {r: {action_count: 1, score: 1, x: "' + rb"\n" * (size // 2)
        ),
    ),
    "yaml_documents": (".yaml", lines("# score: action_count:\n", "---\nf: {}\n")),
    "yaml_tags": (
        ".yaml",
        lines("f:\n  v:\n", "    r#: {score: !!float 1, action_count: 1}\n", True),
    ),
    "yaml_merges": (
        ".yaml",
        lines("f:\n  v:\n", "    r#: {<<: {score: 1}, action_count: 1}\n", True),
    ),
    "yaml_comments_after": (
        ".yaml",
        lines("f: {v: {r: {score: 1, action_count: 1}}}\n", "  # x\n"),
    ),
    "table_digits": (
        ".csv",
        lines("task,agent,score\n", f"t#,a,{'1' * 100_000}\n", True),
    ),
    "table_keys_of_a_cell": (
        ".jsonl",
        lambda size: "\n".join(
            f'{{"task":"t{at}","agent":"a","score":1,'
            f'"x":{{{numbered(_KEY, min(size, 1_000_000))}}}}}'
            for at in range(max(1, size // 1_000_000))
        ).encode(),
    ),
}

# By name: the suffix of the file, and what makes its content of so many bytes.
FIELDS: dict[str, _Flood] = {
    **dict(
        chain.from_iterable(
            each.items() for each in (*_HAL, *_INSPECT, *_HARBOR, *_TERMINAL_BENCH)
        )
    ),
    **_METR,
}
