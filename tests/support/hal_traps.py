"""Small HAL traces that stand on both sides of every rule that reads them.

Each is a file of its own, called by its run id; what each part is there for stands
above it. `test_hal_oracle.py` compares what the views make of them.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hal_traces import sealed, trace, zipped

# Enough that both orders of file ids occur.
REPEATS = range(6)


def run(run_id: str, *, agent: str = "SeeAct (x)", model: Any = "o3", **parts) -> dict:
    """Return a trace of `run_id`; `effort` and `day` go into its configuration."""
    arguments = {"model_name": model, "reasoning_effort": parts.pop("effort", None)}
    arguments |= parts.pop("arguments", {})
    config = {
        "run_id": run_id,
        "agent_name": agent,
        "agent_args": {name: value for name, value in arguments.items() if value},
        "date": parts.pop("day", "2025-06-09"),
        "benchmark_name": parts.pop("benchmark", "gaia"),
    }
    return trace(config=config, **parts)


def lists(success: str, failure: str, **results: Any) -> dict[str, Any]:
    """Return results whose lists name these tasks, a letter each."""
    return {"successful_tasks": [*success], "failed_tasks": [*failure]} | results


def usage(read: Any = None, written: Any = None, **cached: int) -> dict[str, Any]:
    """Return the tokens of one model as total_usage has them."""
    told = {"prompt_tokens": read, "completion_tokens": written} | cached
    return {name: count for name, count in told.items() if count is not None}


def call(call_id: str, task: str | None, parent: str | None = None, **changes) -> dict:
    """Return a logged call of 100 tokens in and 7 out."""
    return {
        "id": call_id,
        "parent_id": parent,
        "weave_task_id": task,
        "op_name": "call",
        "started_at": "2025-06-09T10:00:00+00:00",
        "inputs": {"model": "openai/o3-2025-04-16"},
        "output": {"usage": usage(100, 7)},
    } | changes


LATENCY = {"total_time": 2.5, "first_call_timestamp": "2025-06-09T23:30:00-05:00"}
FULL = {
    "results": lists("ab", "c", latencies={"a": LATENCY, "b": 0}),
    "raw_logging_results": [call("1", "a"), call("2", "a", "1"), call("3", "c")],
    "total_usage": {"o3-2025-04-16": usage(1000, 50)},
}


def repeated() -> Iterator[tuple[str, dict]]:
    """Yield the traces of runs that come twice, under names of their own."""
    # Equal, but for what no view reads.
    yield "equal_1", run("equal", **FULL)
    yield "equal_2", run("equal", **FULL, git_info={"commit": "f00"})
    # A reduced copy tells the headline, in which a provider may go before the model.
    for number in REPEATS:
        yield f"reduced_{number}_full", run(f"reduced_{number}", **FULL)
        headline = run(f"reduced_{number}", model="openai/o3")
        yield f"reduced_{number}_headline", headline
        # The copies tell tasks and calls alike, one of them times or usage besides.
        some = {"results": FULL["results"] | {"latencies": {}}}
        for name, more in (
            ("times", {"results": FULL["results"]}),
            ("usage", {"total_usage": FULL["total_usage"]}),
        ):
            yield f"{name}_{number}_less", run(f"{name}_{number}", **some)
            yield f"{name}_{number}_more", run(f"{name}_{number}", **some | more)
    # Nothing says which is right.
    for name, change in {
        "accuracy": {"results": {"accuracy": 0.25}},
        "no_accuracy": {"results": {"accuracy": None}},
        "cost": {"results": {"total_cost": 9}},
        "no_cost": {"results": {"total_cost": None}, "total_cost": None},
        "model": {"model": "o3-mini"},
        "effort": {"effort": "high"},
        "agent": {"agent": "SeeAct (y)"},
        "benchmark": {"benchmark": "usaco"},
    }.items():
        yield f"disputed_{name}_1", run(f"disputed_{name}", **FULL)
        disputed = FULL | change
        disputed["results"] = FULL["results"] | change.get("results", {})
        yield f"disputed_{name}_2", run(f"disputed_{name}", **disputed)


def identified() -> Iterator[dict]:
    """Yield traces that differ in who ran."""
    for traces in (scaffolds, efforts, study_runs, perturbed, thinking, corrected):
        yield from traces()


def scaffolds() -> Iterator[dict]:
    """Yield agents whose scaffold is found by a rule, or by none."""
    for number, agent in enumerate(
        [
            "colbench_text_o3",  # the longer of two prefixes
            "colbench_o3",
            "COLBENCH_TEXT o3",  # in any case
            "my HAL generalist agent",  # a prefix begins the name
            "My Agentic scaffold",  # and may end in the middle of a word
            "homebrew",
        ]
    ):
        yield run(f"scaffold_{number}", agent=agent, **FULL)


def efforts() -> Iterator[dict]:
    """Yield efforts of the configuration or the agent's name."""
    for number, (agent, model, effort) in enumerate(
        [
            ("SeeAct(m_high_reasoning_effort)", "o3-mini", None),
            ("SeeAct(m_low_reasoning_effort)", "o4-mini-2025-04-16", "high"),
            ("SeeAct(m_HIGH_reasoning_effort)", "o4-mini-2025-04-16", None),
            ("SeeAct(m)", "o4-mini-2025-04-16", "medium"),
            ("SeeAct(m)", "some/path/new-model", "minimal"),
            ("SeeAct(n)", "new-model", None),
            ("SeeAct(n)", None, None),
            ("SeeAct(o)", None, "high"),
            ("SeeAct(o1)", "o1", "medium"),  # left out, but for a study's runs only
            ("SeeAct(gpt)", "gpt-4.1", None),  # one model in two spellings
            ("SeeAct(gpt)", "openai/gpt-4.1-2025-04-14", None),
        ]
    ):
        yield run(f"effort_{number}", agent=agent, model=model, effort=effort, **FULL)


def study_runs() -> Iterator[dict]:
    """Yield runs of a study, and runs that only look like one."""
    # Runs of a study by id and accuracy: left out by the exact name of the model, a
    # name that contains it, and a run of that id with another result.
    for name, effort, accuracy in (
        ("taubench_airline_1743994890", None, 0.34),
        ("corebench_hard_coreagent_1744752123", "minimal", 1 / 3),
        ("taubench_airline_1744000536", None, 0.125),
    ):
        yield run(
            name,
            agent="SeeAct(o1)",
            model="o1",
            effort=effort,
            benchmark="gaia",
            results={"accuracy": accuracy},
        )
    # Known by what ran and its result, where the study gives no id: another cost is
    # another run.
    for name, cost in (("without_id", 46.4712), ("without_id_dearer", 46.49)):
        yield run(
            name,
            agent="SeeAct(4o)",
            model="gpt-4o",
            benchmark="taubench_airline",
            results={"accuracy": 0.4, "total_cost": cost},
        )


def perturbed() -> Iterator[dict]:
    """Yield runs that were disturbed on purpose, and some that were not."""
    # Disturbed on purpose, and a switch that is off.
    for name, switches in {
        "faults": {"enable_fault_injection": "true"},
        "structure": {"enable_structural_perturbations": True},
        "no_faults": {"enable_fault_injection": "False", "prompt_sensitivity": 0},
    }.items():
        disturbed = run(f"perturbed_{name}", agent="SeeAct(p)", **FULL)
        disturbed["config"]["agent_args"] |= switches
        yield disturbed
    # Disturbed by their names, as HAL's reliability runs have them, and two that are not.
    for name in (
        "A_fault_20pct_rep1_1764000000",
        "A (perturbed_medium)",
        "A_prompt_mild_var2",
        "A_struct_baseline",
        "default_100pct",
    ):
        yield run(f"named_{name}", agent=f"SeeAct {name}", **FULL)
    yield run(
        "variations", agent="SeeAct(v)", prompt_sensitivity_metrics={"n": 1}, **FULL
    )


def thinking() -> Iterator[dict]:
    """Yield budgets and words for thinking, and what names a model."""
    claude = "claude-3-7-sonnet-20250219"
    for number, (agent, model, arguments) in enumerate(
        [
            ("SeeAct(m)", claude, {"thinking_budget": 4096}),
            ("SeeAct(m)", claude, {"thinking": {"type": "disabled"}}),  # its default
            ("SeeAct(m)", claude, {"thinking": {"budget_tokens": 2048}}),
            ("SeeAct(m)", claude, {"reasoning": {"effort": "medium"}}),
            ("SeeAct(m)", claude, {"reasoning_effort": "none"}),
            ("SeeAct (o3 high)", "o3-2025-04-16", {}),
            ("SeeAct high (o3)", "o3-2025-04-16", {}),
            ("SeeAct_o3_high_174", "o3-2025-04-16", {}),
            ("SeeAct (mistral-medium)", "mistralai/mistral-medium", {}),
            ("SeeAct(f)", "runs/a/final", {}),  # two checkpoints
            ("SeeAct(f)", "openai/runs/b/final", {}),
        ]
    ):
        yield run(
            f"thinking_{number}",
            agent=agent,
            model=model,
            arguments=arguments,
            **FULL,
        )


def corrected() -> Iterator[dict]:
    """Yield runs that seeds/corrections.csv corrects."""
    # Corrected by hand: an effort, and a cost of 0 without a token.
    yield run(
        "seeact_claude-3-7-sonnet-20250219_thinking_high_4096",
        model="claude-3-7-sonnet-20250219",
    )
    yield run(
        "assistantbench_assistantbench_browser_agent_gemini20flash_1746393958",
        model="gemini-2.0-flash",
        results={"total_cost": 0.0},
    )


def headlines() -> Iterator[dict]:
    """Yield traces whose result or cost is elsewhere, or nowhere."""
    for traces in (metrics, free_runs, priced_runs, refused_parts, partial_costs):
        yield from traces()
    # The leaf calls of the log replace total_usage.
    yield run("usage_logged", raw_logging_results=FULL["raw_logging_results"])


def metrics() -> Iterator[dict]:
    """Yield the places where an accuracy and a cost can be."""
    yield run(
        "first_metric",
        results={"average_correctness": 0, "success_rate": 0.5, "average_score": 0.75},
    )
    yield run("second_metric", results={"success_rate": 0.5, "average_score": 0.75})
    yield run("third_metric", results={"average_score": 0.75})
    yield run("no_metric", results={"accuracy": None, "average_exact_match": 0.5})
    yield run("cost_outside", results={"total_cost": None}, total_cost=7.5)
    yield run("cost_inside", results={"total_cost": 2.5}, total_cost=7.5)


def free_runs() -> Iterator[dict]:
    """Yield costs of 0, with and without tokens."""
    free = {"results": {"total_cost": 0}, "total_cost": 0}
    yield run("free", **free)
    for name, used in {
        "told_nothing": {},
        "used_none": usage(0, 0),
        "wrote": usage(0, 1),
        "read": usage(1, 0),
        "read_only": usage(1),
        "from_cache": usage(
            5, 0, cache_read_input_tokens=5, cache_creation_input_tokens=0
        ),
    }.items():
        yield run(f"free_{name}", **free, total_usage={"o3-2025-04-16": used})


def priced_runs() -> Iterator[dict]:
    """Yield days and models with a price, and without."""
    for name, day in {
        "before": "2025-06-09",
        "after": "2025-06-10",
        "with_time": "2025-06-10T01:30:00",
        "unpriced": "2025-04-15",
        "wrong": "last Monday",
        "none": None,
    }.items():
        cached = usage(
            1000, 50, cache_read_input_tokens=300, cache_creation_input_tokens=70
        )
        used = {"openai/o3": cached, "o3-2025-04-16": usage(80, 5)}
        yield run(f"day_{name}", day=day, total_usage=used)
    for name, other in {
        "priced": {"gpt-4.1": usage(400, 30)},
        "unpriced": {"judge": usage(400, 30)},
        "untold": {"gpt-4.1": usage(400)},
        "untold_unpriced": {"judge": usage(400)},
    }.items():
        used = {"o3-2025-04-16": usage(1000, 50)} | other
        yield run(f"models_{name}", total_usage=used)


def refused_parts() -> Iterator[dict]:
    """Yield parts that were refused: of a usage, in either spelling of its model, or all of it."""
    # A sum of nothing over calls that used tokens.
    yield run(
        "unsummed",
        total_usage={"o3": usage(0, 0)},
        raw_logging_results=[call("1", "a")],
        results=lists("a", "b", total_cost=0),
    )
    o3 = {"o3-2025-04-16": usage(1000, 50)}
    yield run("refused_model", total_usage=o3 | {"openai/o3-2025-04-16": usage(-1)})
    yield run("refused_other", total_usage=o3 | {"judge": usage(-1)})
    yield run("refused_usage", **FULL | {"total_usage": [1]})
    calls = FULL["raw_logging_results"]
    yield run("refused_call", results=lists("a", "c"), raw_logging_results=[*calls, {}])
    yield run(
        "copied_call", results=lists("a", "c"), raw_logging_results=[*calls, calls[0]]
    )
    metadata = {"call_metadata": [{"usage": usage(9, 2)}], "model": "o3"}
    bad = {"call_metadata": [{"usage": usage(9, 2)}, {"usage": usage(-9)}]}
    yield run(
        "refused_metadata",
        results=lists("a/b", "c") | {"successful_tasks": ["a/b"]},
        raw_logging_results={"a/b": bad, "c": metadata},
    )
    yield run("refused_latency", results=lists("a", "b", latencies={"a": 3, "b": -1}))


def partial_costs() -> Iterator[dict]:
    """Yield costs of a part: o3 costs 12 dollars, gpt-4.1 0.8, together 12.8."""
    both = {"o3-2025-04-16": usage(10**6, 50_000), "gpt-4.1": usage(400_000)}
    both["gpt-4.1"]["completion_tokens"] = 0
    for name, cost, other in (
        ("of_one", 0.8, {}),
        ("of_the_other", 12, {}),
        ("of_both", 12.8, {}),
        ("below_a_tenth", 1.27, {}),
        ("a_tenth", 1.28, {}),
        ("beside_unpriced", 12.8, {"judge": usage(1, 1)}),
        ("beside_unused", 12.8, {"judge": usage(0, 0)}),
    ):
        results = {"total_cost": cost}
        yield run(f"part_{name}", results=results, total_usage=both | other)


def attempted() -> Iterator[dict]:
    """Yield traces that tell of their tasks in different ways."""
    raw = {"a": {"score": 1}, "b": {"score": 0}, "d": {"score": 1}, "e": {"score": "?"}}
    yield run("raw_only", raw_eval_results=raw)
    # Both lists have a and b, none has d, nothing decides about c or e.
    yield run("both_lists", results=lists("abc", "abc"), raw_eval_results=raw)
    yield run(
        "steps",
        results=lists("ab", "cd"),
        task_step_counts={"a": 0, "b": 7, "e": 9},
        raw_logging_results=[
            call("1", "a"),
            call("2", "c"),
            call("3", "c"),
            # Calls of no model, of no task, of a task without an outcome.
            call("4", "d", inputs={}, output={}),
            call("5", None),
            call("6", "e"),
            # A call that tells no usage, and one that tells its input alone.
            call("7", "c", output={}),
            call("8", "c", output={"usage": usage(11)}),
        ],
    )
    # Positions pass for tasks where all of them are tasks.
    tasks = {"successful_tasks": ["0", "2"], "failed_tasks": ["1", "x"]}
    for name, keys in {
        "named": ("0", "1", "2"),
        "from_one": ("1", "2", "3"),
        "numbered": ("0", "1", "2", "3"),
        "mixed": ("0", "1", "2", "y"),
    }.items():
        latencies = dict.fromkeys(keys, LATENCY)
        yield run(f"latencies_{name}", results=tasks | {"latencies": latencies})
    yield run(
        "latencies_untimed",
        results=lists("ab", "c", latencies={"a": {"total_time": None}, "b": 4.5}),
    )
    # The clock counts where no latency does.
    clocks = {"a": 61.5, "b": 9, "d": 3}
    yield run("clocked", results=lists("ab", "c"), wall_clock_times=clocks)
    yield run(
        "clocked_too",
        results=lists("ab", "c", latencies={"a": 2}),
        wall_clock_times=clocks,
    )
    yield run("without_outcome", benchmark="scicode", results={"latencies": {"a": 3}})


def sealed_beside(plain: bytes, name: str, *, first: bool) -> bytes:
    """Return the trace's zip whose file id is before or after the plain file's.

    Encryption draws at random and a zip holds the time, so its id differs each time.
    """
    while True:
        packed = zipped((f"{name}.encrypted", sealed(plain)))
        if (file_id(packed) < file_id(plain)) == first:
            return packed


def file_id(content: bytes) -> str:
    """Return the id that the loader gives a file of this content."""
    return hashlib.sha256(content).hexdigest()


def write_hal_traps(folder: Path) -> list[Path]:
    """Write the traces into `folder` and return their paths."""
    named = dict(repeated())
    for parts in (identified(), headlines(), attempted()):
        named |= {document["config"]["run_id"]: document for document in parts}
    files = {
        f"{name}_UPLOAD.json": json.dumps(document).encode()
        for name, document in named.items()
    }
    # The same trace again: beside its zip, and twice in one.
    for number in REPEATS:
        plain = json.dumps(run(f"zipped_{number}", **FULL)).encode()
        files[f"zipped_{number}_UPLOAD.json"] = plain
        packed = sealed_beside(plain, f"{number}_UPLOAD.json", first=number % 2 == 0)
        files[f"zipped_{number}_UPLOAD.zip"] = packed
    plain = json.dumps(run("zipped_twice", **FULL)).encode()
    files["zipped_twice_UPLOAD.zip"] = zipped(
        ("1_UPLOAD.json.encrypted", sealed(plain)),
        ("2_UPLOAD.json.encrypted", sealed(plain)),
    )
    paths = []
    for name, content in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths
