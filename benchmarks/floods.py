"""Files of nothing but one oddity: what a reader may not take long or much memory for.

    python -m benchmarks.floods [--bytes N] [NAME...]

Each is loaded by the command itself into a new warehouse; printed are the seconds of
CPU of all its processes and the memory of the largest one. The bars hold for any
content of that size.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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


class Bar(NamedTuple):
    """What a file of so many bytes may take."""

    byte_count: int
    cpu_seconds: float
    memory_mb: int


BARS = (Bar(10_000_000, 10, 300), Bar(100_000_000, 60, 600))


class Used(NamedTuple):
    """What loading a file took, and how it ended."""

    cpu_seconds: float
    memory_mb: int
    exit_code: int
    said: str


def _trace(filler: Callable[[int], str], byte_count: int, results: str = "") -> bytes:
    """Return a trace of about so many bytes, most of them of the filler."""
    head = f'{{"config": {json.dumps(CONFIG)}, "results": {{"accuracy": 1{results}}}'
    return f"{head}{filler(byte_count)}}}".encode()


def _repeated(piece: str, byte_count: int) -> str:
    """Return a piece again and again, with commas between."""
    return ",".join([piece] * max(1, byte_count // (len(piece) + 1)))


def _numbered(piece: str, byte_count: int) -> str:
    """Return a piece again and again, each with its number."""
    count = max(1, byte_count // (len(piece) + 6))
    return ",".join(piece.replace("#", str(number)) for number in range(count))


def _part(name: str, opening: str, piece: str, closing: str, is_numbered: bool = False):
    fill = _numbered if is_numbered else _repeated
    return lambda size: _trace(
        lambda n: f', "{name}": {opening}{fill(piece, n)}{closing}', size
    )


def _in_results(opening: str, piece: str, closing: str, is_numbered: bool = False):
    fill = _numbered if is_numbered else _repeated

    def content(size: int) -> bytes:
        inside = f", {opening}{fill(piece, size)}{closing}"
        return _trace(lambda _: "", size, results=inside)

    return content


def _jsonl(line: str) -> Callable[[int], bytes]:
    return lambda size: f"{line}\n".encode() * (size // (len(line) + 1))


def _jsonl_record(value: Callable[[int], str]) -> Callable[[int], bytes]:
    """Return lines as long as a line may be, each with one more field."""

    def content(size: int) -> bytes:
        most = min(size, 4_900_000)
        line = json.dumps(_JSONL)[:-1] + f', "x": {value(most)}}}\n'
        return line.encode() * max(1, size // len(line))

    return content


def _yaml(head: str, piece: str, is_numbered: bool = False) -> Callable[[int], bytes]:
    def content(size: int) -> bytes:
        if not is_numbered:
            return (head + piece * (size // len(piece))).encode()
        count = size // (len(piece) + 6)
        pieces = (piece.replace("#", str(number)) for number in range(count))
        return (head + "".join(pieces)).encode()

    return content


def _inspect(piece: str) -> Callable[[int], bytes]:
    head = {"eval_id": "e", "task": "t", "model": "m", "created": "2026-01-01T00:00:00"}
    start = f'{{"version": 2, "status": "success", "eval": {json.dumps(head)}'
    return lambda n: f'{start}, "samples": [{_repeated(piece, n)}]}}'.encode()


def _zip(suffix: str, *members: tuple[str, bytes]) -> Callable[[int], bytes]:
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


def _zip_of_zeros(size: int) -> bytes:
    header = {"eval": {"eval_id": "e", "task": "t", "model": "m"}, "status": "success"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(header))
        for number in range(3):
            archive.writestr(f"samples/{number}_epoch_1.json", b" " * (250 << 20))
    return packed.getvalue()


_DEEP = "[" * 120 + "]" * 120

# By name: the suffix of the file, and what makes its content of so many bytes.
FLOODS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "hal_unknown_parts": (
        ".json",
        lambda size: _trace(lambda n: ", " + _numbered('"p#":1', n), size),
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
        _jsonl_record(lambda n: f"[{_repeated('[]', n)}]"),
    ),
    "jsonl_nan_in_a_field": (
        ".jsonl",
        _jsonl_record(lambda n: f"[{_repeated('NaN', n)}]"),
    ),
    "jsonl_surrogates_in_a_field": (
        ".jsonl",
        _jsonl_record(lambda n: '"' + r"\ud800" * (n // 6) + '"'),
    ),
    "jsonl_fields": (
        ".jsonl",
        _jsonl_record(lambda n: "{" + _numbered('"#":1', n) + "}"),
    ),
    "yaml_empty_runs": (
        ".yaml",
        _yaml(
            "# score: action_count:\nf:\n  v:\n",
            "    #: {score: 1, action_count: 1}\n",
            True,
        ),
    ),
    "yaml_variants": (
        ".yaml",
        _yaml("f:\n", "  #: {r: {score: 1, action_count: 1}}\n", True),
    ),
    "yaml_families": (
        ".yaml",
        _yaml("", "#: {v: {r: {score: 1, action_count: 1}}}\n", True),
    ),
    "yaml_lists_in_a_field": (
        ".yaml",
        lambda n: (
            "f: {v: {r: {score: 1, action_count: 1, agent: a, human_minutes: 1, x: ["
            f"{_repeated('[]', min(n, 4_900_000))}]}}}}}}"
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
            '{"id":1,"epoch":1,"scores":{"m":{"value":[' + _repeated("NaN", n) + "]}}}"
        )(1),
    ),
    "inspect_names_in_a_zip": (
        ".eval",
        _zip(
            ".json",
            ("header.json", b'{"eval": {"eval_id": "e", "task": "t", "model": "m"}}'),
        ),
    ),
    "inspect_zeros": (".eval", _zip_of_zeros),
    "hal_names_in_a_zip": (".zip", _zip(".encrypted")),
    "terminal_bench_empty_trials": (
        ".json",
        lambda n: (
            f'{{"is_resolved": 1, "task_id": 1, "results": [{_repeated("{}", n)}]}}'
        ).encode(),
    ),
    "spaces": (".json", lambda n: b" " * n),
    "zeros": (".json", bytes),
    "brackets": (".yaml", lambda n: b"score: action_count: " + b"[" * n),
    "noise": (".json", os.urandom),
}


def load(path: Path, database: Path) -> Used:
    """Load a file by the command, and return what that took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path), "--db", str(database)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(after[:2]) - sum(before[:2])
    *said, peak = done.stderr.strip().splitlines()
    return Used(cpu, int(peak), done.returncode, "\n".join([done.stdout, *said]))


# Of this process's own children, so that no other is the largest.
_MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "loaders", *sys.argv[1:]])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak // (1024 * 1024 if sys.platform == "darwin" else 1024), file=sys.stderr)
sys.exit(done.returncode)
"""


def measured(name: str, byte_count: int, folder: Path) -> Used:
    """Make a flood, load it, and return what that took."""
    suffix, content = FLOODS[name]
    path = folder / f"{name}{suffix}"
    path.write_bytes(content(byte_count))
    try:
        return load(path, folder / f"{name}.duckdb")
    finally:
        path.unlink()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.floods",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FLOODS))
    parser.add_argument("--bytes", type=int, default=BARS[0].byte_count, metavar="N")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or FLOODS:
            used = measured(name, options.bytes, Path(folder))
            said = used.said.splitlines()[0] if used.said else ""
            print(
                f"{name:<36} {used.cpu_seconds:6.1f} s {used.memory_mb:5} MB "
                f"exit {used.exit_code}  {said.partition(': ')[2][:70]}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
