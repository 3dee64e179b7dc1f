"""HAL traces: whatever comes in, no record is lost and nothing crashes."""

import json
import re

from hal_traces import (
    WRITTEN,
    read,
    tolerant,
    trace,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loaders.contract.records import FileRefused
from loaders.contract.rules import canonical
from loaders.contract.visible import is_visible

# Halves of surrogate pairs among them.
characters = st.characters() | st.sampled_from('\ud83d\ude00"\\ud8')


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(characters, max_size=5)
    | st.sampled_from(["a", "b", 0, 1, -1, 1.5])
)


names = st.text(characters, max_size=3) | st.sampled_from(
    [
        *("prompt_tokens", "input_tokens", "usage", "id", "total_time", "score"),
        *("call_metadata", "output", "summary", "reward"),
    ]
)


values = st.recursive(
    scalars,
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(names, inside, max_size=3)
    ),
    max_leaves=6,
)


lists = st.lists(values, max_size=4)


objects = st.dictionaries(names, values, max_size=4)


@example({}, {"successful_tasks": ["0 "], "failed_tasks": ["1", " 1"]}, "gaia", False)
@settings(max_examples=120)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "raw_logging_results": lists | objects,
            "raw_eval_results": values,
            "total_usage": objects,
            "task_step_counts": objects,
            "wall_clock_times": objects,
        },
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "latencies": objects,
            "successful_tasks": lists,
            "failed_tasks": lists,
            "accuracy": values,
            "x": values,
        },
    ),
    st.sampled_from(["gaia", "usaco", "swebench", "colbench_backend", "corebench"]),
    st.booleans(),
)
def test_every_record_is_loaded_or_quarantined(parts, results, benchmark, ensure_ascii):
    document = trace(config={"benchmark_name": benchmark}, results=results, **parts)
    written = json.dumps(document, ensure_ascii=ensure_ascii)
    if re.search("[\ud800-\udfff]", written):
        written = json.dumps(document)
    try:
        loaded = read(written)
    except FileRefused as refused:
        # Two keys that differ in nothing but halves of pairs, in an object that may
        # not contradict itself.
        if refused.reason_code != "duplicate_key":
            raise
        return
    if "ud8" not in written and "ud9" not in written:
        assert without_warnings(read(tolerant(written.encode()))) == without_warnings(
            loaded
        )
    places = [pointer_of(row) for rows in loaded.all_rows.values() for row in rows]
    places += [entry.position for entry in loaded.quarantined]
    for name, found in parts.items():
        if name == "raw_logging_results" and isinstance(found, dict):
            continue
        if name in ("raw_logging_results", "total_usage"):
            assert count_inside(places, f"/{name}/") == len(found)
    latencies = results.get("latencies", {})
    assert count_inside(places, "/results/latencies/") == len(latencies)
    task_ids = {row["task_id"] for row in loaded.rows("task_results")}
    for name in ("successful_tasks", "failed_tasks"):
        listed = results.get(name, [])
        good = {
            canonical(repaired(str(item))) for item in listed if is_identifier(item)
        }
        assert good <= task_ids
        refused_count = count_inside(
            [entry.position for entry in loaded.quarantined], f"/results/{name}/"
        )
        assert refused_count == len(listed) - len(good)


def without_warnings(loaded) -> dict:
    return {
        name: rows
        for name, rows in loaded.all_rows.items()
        if not name.endswith("_warnings")
    }


def pointer_of(row: dict) -> str:
    return row["pointer"] if "note_code" not in row else "warning"


def count_inside(places: list[str], prefix: str) -> int:
    return sum(place.startswith(prefix) for place in places)


def repaired(text: str) -> str:
    paired = json.loads(json.dumps(text))
    return re.sub("[\ud800-\udfff]", "\ufffd", paired)


def is_identifier(item: object) -> bool:
    if isinstance(item, bool):
        return False
    return isinstance(item, int) or (isinstance(item, str) and is_visible(item))


@settings(max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='{}[]"\\:,0.eE-ntrfuNaI \n\t', max_size=60).map(str.encode),
        st.tuples(st.integers(0, len(WRITTEN)), st.binary(max_size=3)).map(
            lambda cut: WRITTEN.encode()[: cut[0]] + cut[1] + WRITTEN.encode()[cut[0] :]
        ),
    )
)
def test_no_content_crashes_the_reader(content):
    try:
        loaded = read(content)
    except FileRefused:
        return
    assert len(loaded.rows("evaluations")) == 1
    # What it takes for JSON, Python does too.
    json.loads(content)
