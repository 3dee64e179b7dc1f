"""What floods.py loads: by name, a suffix and what makes so many bytes of one oddity."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import generate
from benchmarks.flood_fields import FIELDS
from benchmarks.flood_packed import PACKED
from benchmarks.flood_tables import TABLES
from benchmarks.flood_text import Content, lines, numbered, one_object, repeated
from benchmarks.flood_unpacked import UNPACKED
from benchmarks.flood_wide import WIDE

CONFIG = {"run_id": "r", "benchmark_name": "gaia", "agent_name": "a"}
_JSONL = {
    "run_id": "r",
    "task_id": "f/v",
    "task_family": "f",
    "alias": "a",
    "model": "m",
    "score": 1,
    "score_binarized": 1,
    "human_minutes": 1,
}


def _trace(filler: Callable[[int], str], byte_count: int, results: str = "") -> bytes:
    """Return a trace of about so many bytes, most of them of the filler."""
    head = f'{{"config": {json.dumps(CONFIG)}, "results": {{"accuracy": 1{results}}}'
    return f"{head}{filler(byte_count)}}}".encode()


def _part(name: str, opening: str, piece: str, closing: str, is_numbered: bool = False):
    fill = numbered if is_numbered else repeated
    return lambda size: _trace(
        lambda n: f', "{name}": {opening}{fill(piece, n)}{closing}', size
    )


def _in_results(opening: str, piece: str, closing: str, is_numbered: bool = False):
    fill = numbered if is_numbered else repeated

    def content(size: int) -> bytes:
        inside = f", {opening}{fill(piece, size)}{closing}"
        return _trace(lambda _: "", size, results=inside)

    return content


def _jsonl(line: str) -> Content:
    return lambda size: f"{line}\n".encode() * (size // (len(line) + 1))


def _jsonl_record(value: Callable[[int], str]) -> Content:
    """Return lines as long as a line may be, each with one more field."""

    def content(size: int) -> bytes:
        most = min(size, 4_900_000)
        line = json.dumps(_JSONL)[:-1] + f', "x": {value(most)}}}\n'
        return line.encode() * max(1, size // len(line))

    return content


def _inspect(piece: str) -> Content:
    head = {"eval_id": "e", "task": "t", "model": "m", "created": "2026-01-01T00:00:00"}
    start = f'{{"version": 2, "status": "success", "eval": {json.dumps(head)}'
    return lambda n: f'{start}, "samples": [{repeated(piece, n)}]}}'.encode()


def _zip(suffix: str, *members: tuple[str, bytes]) -> Content:
    """Return a zip of nothing but names; each takes about 110 bytes."""

    def content(size: int) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, inside in members:
                archive.writestr(name, inside)
            for number in range(size // (100 + 2 * len(suffix) + 12)):
                archive.writestr(f"{number:06}{suffix}", b"")
        return packed.getvalue()

    return content


def _encrypted(content: Content) -> Content:
    """Return a flood of a trace as the HAL harness uploads it."""

    def packed(size: int) -> bytes:
        with TemporaryDirectory() as folder:
            trace = Path(folder, "x_UPLOAD.json")
            # In base64 twice, it takes so many bytes.
            trace.write_bytes(content(size * 9 // 16))
            return generate.hal_zip(trace.with_suffix(".zip"), trace).read_bytes()

    return packed


def _eval_log(
    rows: Content = lambda _size: b"[]",
    samples: Callable[[int], list[tuple[str, bytes]]] = lambda _size: [],
    header: Content = lambda _size: _INSPECT_HEADER,
) -> Content:
    def content(size: int) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("header.json", header(size))
            archive.writestr("summaries.json", rows(size))
            for name, inside in samples(size):
                archive.writestr(name, inside)
        return packed.getvalue()

    return content


_INSPECT_HEADER = json.dumps(
    {
        "version": 2,
        "status": "success",
        "eval": {"eval_id": "e", "task": "t", "model": "m"},
    }
).encode()


_TRIAL = (
    '{"id":"t","task_name":"t","trial_name":"t__1","agent_info":{"name":"a"},'
    '"verifier_result":{"rewards":{"reward":1}}'
)
_JOB = '{"id":"j","n_total_trials":1,"stats":{"evals":{'

_DEEP = "[" * 120 + "]" * 120

# By name: the suffix of the file, and what makes its content of so many bytes.
FLOODS: dict[str, tuple[str, Content]] = {
    "hal_unknown_parts": (
        ".json",
        lambda size: _trace(lambda n: ", " + numbered('"p#":1', n), size),
    ),
    "hal_nan_in_an_unknown_part": (".json", _part("x", "[", "NaN", "]")),
    "hal_nan_in_results": (".json", _in_results('"x": [', "NaN", "]")),
    "hal_nan_scores": (
        ".json",
        _part("raw_eval_results", "{", '"#": {"score": NaN}', "}", True),
    ),
    "hal_surrogates": (
        ".json",
        lambda size: _trace(lambda n: ', "x": "' + r"\ud800" * (n // 6) + '"', size),
    ),
    "hal_surrogates_behind_backslashes": (
        ".json",
        lambda size: _trace(
            lambda n: ', "x": "%s"' % (r"\\\\\ud800" * (n // 10)), size
        ),
    ),
    "hal_empty_calls": (".json", _part("raw_logging_results", "[", "{}", "]")),
    "hal_numbers_as_calls": (".json", _part("raw_logging_results", "[", "1", "]")),
    "hal_smallest_calls": (
        ".json",
        _part("raw_logging_results", "[", '{"id":"#"}', "]", True),
    ),
    "hal_one_call_again": (
        ".json",
        _part("raw_logging_results", "[", '{"id":"a"}', "]"),
    ),
    "hal_call_with_many_models": (
        ".json",
        _part(
            "raw_logging_results",
            '[{"id":"a","summary":{"usage":{',
            '"#":{"prompt_tokens":1}',
            "}}}]",
            True,
        ),
    ),
    "hal_empty_calls_by_task": (
        ".json",
        _part("raw_logging_results", '{"t":{"call_metadata":[', "{}", "]}}"),
    ),
    "hal_empty_tasks": (
        ".json",
        _part("raw_logging_results", "{", '"#":{}', "}", True),
    ),
    "hal_deep_calls": (".json", _part("raw_logging_results", "[", _DEEP, "]")),
    "hal_tasks": (".json", _in_results('"successful_tasks": [', '"#"', "]", True)),
    "hal_one_task_again": (".json", _in_results('"failed_tasks": [', '"a"', "]")),
    "hal_latencies": (".json", _in_results('"latencies": {', '"#":1', "}", True)),
    "hal_negative_latencies": (
        ".json",
        _in_results('"latencies": {', '"#":-1', "}", True),
    ),
    "hal_one_latency_again": (".json", _in_results('"latencies": {', '"a":1', "}")),
    "hal_usage": (".json", _part("total_usage", "{", '"#":{}', "}", True)),
    "hal_fields_of_results": (".json", _in_results("", '"#":1e999', "", True)),
    "hal_swebench_lists": (
        ".json",
        lambda size: _part("raw_eval_results", '{"resolved_ids":[', '"#"', "]}", True)(
            size
        ).replace(b'"gaia"', b'"swebench"'),
    ),
    "jsonl_numbers": (".jsonl", lambda n: b'{"run_id" "task_id"}\n' + _jsonl("1")(n)),
    "jsonl_empty_objects": (
        ".jsonl",
        lambda n: b'{"run_id" "task_id"}\n' + _jsonl("{}")(n),
    ),
    "jsonl_blank_lines": (
        ".jsonl",
        lambda n: json.dumps(_JSONL).encode() + _jsonl("")(n),
    ),
    "jsonl_one_run_again": (".jsonl", _jsonl(json.dumps(_JSONL))),
    "jsonl_lists_in_a_field": (
        ".jsonl",
        _jsonl_record(lambda n: f"[{repeated('[]', n)}]"),
    ),
    "jsonl_nan_in_a_field": (
        ".jsonl",
        _jsonl_record(lambda n: f"[{repeated('NaN', n)}]"),
    ),
    "jsonl_surrogates_in_a_field": (
        ".jsonl",
        _jsonl_record(lambda n: '"' + r"\ud800" * (n // 6) + '"'),
    ),
    "jsonl_fields": (
        ".jsonl",
        _jsonl_record(lambda n: "{" + numbered('"#":1', n) + "}"),
    ),
    "yaml_empty_runs": (
        ".yaml",
        lines(
            "# score: action_count:\nf:\n  v:\n",
            "    #: {score: 1, action_count: 1}\n",
            True,
        ),
    ),
    "yaml_variants": (
        ".yaml",
        lines("f:\n", "  #: {r: {score: 1, action_count: 1}}\n", True),
    ),
    "yaml_families": (
        ".yaml",
        lines("", "#: {v: {r: {score: 1, action_count: 1}}}\n", True),
    ),
    "yaml_lists_in_a_field": (
        ".yaml",
        lambda n: (
            "f: {v: {r: {score: 1, action_count: 1, agent: a, human_minutes: 1, x: ["
            f"{repeated('[]', min(n, 4_900_000))}]}}}}}}"
        ).encode(),
    ),
    "yaml_comments": (
        ".yaml",
        lambda n: (
            b"#\n" * (n // 2)
            + b"f: {v: {r: {score: 1, action_count: 1, agent: a, human_minutes: 1}}}"
        ),
    ),
    "inspect_empty_samples": (".json", _inspect("{}")),
    "inspect_numbers_as_samples": (".json", _inspect("1")),
    "inspect_nan_scores": (
        ".json",
        lambda n: _inspect(
            '{"id":1,"epoch":1,"scores":{"m":{"value":[' + repeated("NaN", n) + "]}}}"
        )(1),
    ),
    "inspect_names_in_a_zip": (
        ".eval",
        _zip(
            ".json",
            ("header.json", b'{"eval": {"eval_id": "e", "task": "t", "model": "m"}}'),
        ),
    ),
    "hal_names_in_a_zip": (".zip", _zip(".encrypted")),
    "terminal_bench_empty_trials": (
        ".json",
        lambda n: (
            f'{{"is_resolved": 1, "task_id": 1, "results": [{repeated("{}", n)}]}}'
        ).encode(),
    ),
    "hal_zip_unknown_parts": (
        "_UPLOAD.zip",
        _encrypted(lambda size: _trace(lambda n: ", " + numbered('"p#":1', n), size)),
    ),
    "hal_zip_empty_calls": (
        "_UPLOAD.zip",
        _encrypted(_part("raw_logging_results", "[", "{}", "]")),
    ),
    "hal_zip_nan": ("_UPLOAD.zip", _encrypted(_part("x", "[", "NaN", "]"))),
    "hal_zip_zeros": ("_UPLOAD.zip", _encrypted(bytes)),
    "hal_long_key": (
        ".json",
        lambda size: _trace(lambda n: f', "{"k" * n}": 1', size),
    ),
    "hal_long_task": (
        ".json",
        lambda size: _in_results('"failed_tasks": ["', "a" * size, '"]')(1),
    ),
    "hal_nested_part": (
        ".json",
        lambda size: _trace(
            lambda n: ', "x": ' + "[" * (n // 2) + "]" * (n // 2), size
        ),
    ),
    "jsonl_long_key": (".jsonl", _jsonl_record(lambda n: f'{{"{"k" * n}": 1}}')),
    "jsonl_other_fields": (
        ".jsonl",
        lines("", json.dumps(_JSONL)[:-1] + ',"f#":1}\n', True),
    ),
    "yaml_long_key": (
        ".yaml",
        lambda n: b"# score: action_count:\n" + b"k" * n + b": 1",
    ),
    "yaml_deep": (
        ".yaml",
        lambda n: b"# score: action_count:\nf: " + b"{a: " * (n // 5) + b"1",
    ),
    "yaml_nan_scores": (
        ".yaml",
        lines(
            "f:\n  v:\n",
            "    r#: {score: .nan, action_count: 1, agent: a, human_minutes: 1}\n",
            True,
        ),
    ),
    "yaml_anchors": (
        ".yaml",
        lines("f: &f\n  v:\n", "    r#: {score: *f, action_count: 1}\n", True),
    ),
    "inspect_empty_summaries": (
        ".eval",
        _eval_log(rows=one_object("[", "{}", "]")),
    ),
    "inspect_smallest_summaries": (
        ".eval",
        _eval_log(rows=one_object("[", '{"id":#,"epoch":1}', "]", True)),
    ),
    "inspect_smallest_samples": (
        ".eval",
        _eval_log(
            samples=lambda n: [
                (f"samples/{at}_epoch_1.json", f'{{"id":{at},"epoch":1}}'.encode())
                for at in range(n // 180)
            ]
        ),
    ),
    "inspect_metrics": (
        ".eval",
        _eval_log(
            header=lambda n: (
                _INSPECT_HEADER[:-1]
                + b', "results": {"scores": [{"name": "s", "metrics": {'
                + numbered('"m#": {"name": "m", "value": NaN}', n).encode()
                + b"}}]}}"
            )
        ),
    ),
    "inspect_scores": (
        ".json",
        lambda n: _inspect(
            '{"id":1,"epoch":1,"scores":{' + numbered('"s#":{"value":1}', n) + "}}"
        )(1),
    ),
    "inspect_events": (
        ".json",
        lambda n: _inspect(
            '{"id":1,"epoch":1,"events":[' + repeated('{"event":"model"}', n) + "]}"
        )(1),
    ),
    "inspect_surrogates": (
        ".json",
        lambda n: _inspect('{"id":1,"epoch":1,"x":"' + r"\ud800" * (n // 6) + '"}')(1),
    ),
    "inspect_deep_sample": (
        ".json",
        lambda n: _inspect(
            '{"id":1,"epoch":1,"metadata":' + "[" * (n // 2) + "]" * (n // 2) + "}"
        )(1),
    ),
    "terminal_bench_numbers": (
        ".json",
        one_object('{"is_resolved": 1, "task_id": 1, "results": [', "1", "]}"),
    ),
    "terminal_bench_smallest_trials": (
        ".json",
        one_object(
            '{"run_id":"","results": [',
            '{"id":"#","task_id":"t","is_resolved":true}',
            "]}",
            True,
        ),
    ),
    "terminal_bench_pass_at_k": (
        ".json",
        one_object(
            '{"task_id":"is_resolved","results": [], "pass_at_k": {',
            '"#":1',
            "}}",
            True,
        ),
    ),
    "terminal_bench_unknown_fields": (
        ".json",
        one_object('{"id":"t","task_id":"t","is_resolved":true,', '"#":NaN', "}", True),
    ),
    "harbor_unknown_fields": (".json", one_object(_TRIAL + ",", '"#":1', "}", True)),
    "harbor_nan_in_a_field": (".json", one_object(_TRIAL + ',"x":[', "NaN", "]}")),
    "harbor_steps": (".json", one_object(_TRIAL + ',"step_results":[', "{}", "]}")),
    "harbor_steps_with_costs": (
        ".json",
        one_object(
            _TRIAL + ',"step_results":[', '{"agent_result":{"cost_usd":0.1}}', "]}"
        ),
    ),
    "harbor_rewards": (
        ".json",
        lambda n: (
            _TRIAL.replace('{"reward":1}', "{" + numbered('"#":1', n) + "}") + "}"
        ).encode(),
    ),
    "harbor_surrogates": (
        ".json",
        lambda n: (_TRIAL + ',"x":"' + r"\ud800" * (n // 6) + '"}').encode(),
    ),
    "harbor_evals": (
        ".json",
        one_object(_JOB, '"e#":{"metrics":[{"m":1}]}', "}}}", True),
    ),
    "harbor_metrics": (
        ".json",
        one_object(_JOB + '"e":{"metrics":[{', '"m#":NaN', "}]}}}}", True),
    ),
    "harbor_trajectory_of_empty_steps": (
        ".json",
        one_object('{"schema_version":"ATIF-v1.8","steps":[', "{}", "]}"),
    ),
    "harbor_trajectory_of_numbers": (
        ".json",
        one_object('{"schema_version":"ATIF-v1.8","steps":[', "1", "]}"),
    ),
    "spaces": (".json", lambda n: b" " * n),
    "zeros": (".json", bytes),
    "brackets": (".yaml", lambda n: b"score: action_count: " + b"[" * n),
    "noise": (".json", os.urandom),
    **TABLES,
    **FIELDS,
    **PACKED,
    **UNPACKED,
    **WIDE,
}
