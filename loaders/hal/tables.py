"""The raw tables of HAL traces."""

from typing import Any

from loaders.contract import rules
from loaders.contract.columns import Column, RawTable
from loaders.contract.visible import is_visible

_POINTER = Column(
    "pointer",
    "varchar",
    "JSON pointer to the record; inside a zip <member>#<pointer>.",
)
_TRACE_NUMBER = Column(
    "trace_number", "bigint", "1; inside a zip the traces are counted."
)
_NONE = "Null where the trace has none."
_ROUNDING = 1e-9

# Columns of a model's usage; usage.py says which fields they come from.
TOKENS = (
    Column(
        "vocabulary",
        "varchar",
        "How the usage is spelled: prompt_tokens (without cached tokens), "
        "prompt_tokens_cached, input_tokens (Inspect), anthropic, bedrock, google, "
        "responses, langchain, ai_sdk or mixed.",
        null="Null without usage.",
    ),
    Column(
        "input_tokens",
        "bigint",
        "Tokens of input that were neither read from a cache nor written to one; with "
        "vocabulary prompt_tokens all input.",
        null="Null where the usage does not say.",
        rule=rules.count,
    ),
    Column(
        "cache_read_tokens",
        "bigint",
        "Tokens read from a cache.",
        null="Null where not given separately.",
        rule=rules.count,
    ),
    Column(
        "cache_write_tokens",
        "bigint",
        "Tokens written to a cache.",
        null="Null where not given separately.",
        rule=rules.count,
    ),
    Column(
        "output_tokens",
        "bigint",
        "Tokens of output, reasoning included.",
        null="Null where the usage does not say.",
        rule=rules.count,
    ),
    Column(
        "reasoning_tokens",
        "bigint",
        "Tokens of reasoning, a part of output_tokens.",
        null="Null where not given separately.",
        rule=rules.count,
    ),
)


def _text_if_any(_name: str, value: Any) -> str | None:
    """Return a visible name; anything else does not count."""
    if not isinstance(value, str) or not is_visible(value):
        return None
    return rules.canonical(value)


def _identity(name: str, meaning: str, rule: rules.Rule = rules.named) -> Column:
    return Column(name, "varchar", meaning, path=f"config/{name}", rule=rule)


def _day(name: str, value: Any) -> str:
    """Return a day as written, in a form that SQL reads where there is one.

    For a number it is the day in UTC.
    """
    if isinstance(value, str) and not value.strip().isdigit():
        try:
            return rules.iso_time(value)
        except ValueError:
            return value
    return rules.moment(name, value)[:10]


def _share(name: str, value: Any) -> float:
    """Return a share; rounding may lift a mean of ones above 1."""
    is_rounded = isinstance(value, float) and 1 < value < 1 + _ROUNDING
    return rules.score(name, 1.0 if is_rounded else value)


def _metric(name: str, *others: str) -> Column:
    """Return the column of a number in `results`, the trace's headline."""
    paths = tuple(f"results/{each}" for each in (name, *others))
    written = ", else ".join(path.replace("/", ".") for path in paths)
    return Column(
        name,
        "double",
        f"{written}, usually 0 to 1.",
        path=paths,
        null=_NONE,
        rule=_share,
    )


def _argument(name: str, meaning: str, *fields: str) -> Column:
    """Return the column of one of the agent's arguments, which also stays in
    agent_args.
    """
    sections = ("config/agent_args", "config")
    return Column(
        name,
        "varchar",
        f"{meaning}: the first text of {', '.join(fields)}, each in agent_args, else "
        "in config.",
        path=tuple(f"{section}/{field}" for field in fields for section in sections),
        null="Null without one.",
        rule=_text_if_any,
        is_copied=True,
    )


HAL_EVALUATIONS = RawTable(
    name="raw.hal_evaluations",
    key=("trace_number",),
    comment="One row per HAL trace; its numbers are as written there.",
    columns=(
        _POINTER,
        _TRACE_NUMBER,
        Column(
            "member",
            "varchar",
            "Name of the member of the zip.",
            null="Null for a trace that is a file.",
        ),
        _identity("run_id", "config.run_id.", rules.id_text),
        _identity("benchmark_name", "config.benchmark_name."),
        _identity("agent_name", "config.agent_name: often scaffold and model."),
        Column(
            "date",
            "varchar",
            "The day the run ended, as written.",
            path="config/date",
            null=_NONE,
            rule=_day,
        ),
        _argument(
            "model_name",
            "The model that was asked for",
            "model_name",
            "agent.model.name",
            "model",
        ),
        _argument(
            "reasoning_effort",
            "Its reasoning effort",
            "reasoning_effort",
            "agent.model.reasoning_effort",
        ),
        Column(
            "run_command",
            "varchar",
            "The command line of the harness.",
            path="config/run_command",
            null=_NONE,
            rule=rules.text,
        ),
        Column("agent_args", "json", "config.agent_args, as JSON.", null=_NONE),
        Column(
            "extra_config",
            "json",
            "The other fields of config, as JSON.",
            null="Null if there is nothing else.",
        ),
        Column(
            "agent_hash",
            "varchar",
            "Hash of the agent's folder.",
            path="agent_hash",
            null="Null before 2026.",
            rule=rules.text,
        ),
        # The name in old traces of GAIA.
        _metric("accuracy", "overall_accuracy"),
        _metric("average_correctness"),
        _metric("success_rate"),
        _metric("average_score"),
        _metric("average_exact_match"),
        Column(
            "total_cost",
            "double",
            "results.total_cost, at the prices when it ran.",
            path="results/total_cost",
            unit="US dollars",
            null=_NONE,
            rule=rules.cost,
        ),
        Column(
            "extra_results",
            "json",
            "All of results that has no column and no table, as JSON.",
            null="Null if there is nothing else.",
        ),
        Column(
            "trace_total_cost",
            "double",
            "total_cost next to results: the same cost again.",
            path="total_cost",
            unit="US dollars",
            null=_NONE,
            rule=rules.cost,
        ),
        Column(
            "has_successful_list",
            "boolean",
            "Whether results lists the successful tasks.",
        ),
        Column("has_failed_list", "boolean", "Whether results lists the failed tasks."),
        Column(
            "successful_count",
            "bigint",
            "Length of the list of successful tasks.",
            null="Null without it.",
        ),
        Column(
            "failed_count",
            "bigint",
            "Length of the list of failed tasks.",
            null="Null without it.",
        ),
        Column(
            "has_prompt_variations",
            "boolean",
            "Whether it measures how sensitive the agent is to the wording of a task: it "
            "has prompt_sensitivity_metrics.",
        ),
        Column(
            "log_shape",
            "varchar",
            "How raw_logging_results is written: calls, call_records, by_task, task_sums "
            "(no calls, but what those of each task used), text or none.",
        ),
    ),
)

HAL_TASK_RESULTS = RawTable(
    name="raw.hal_task_results",
    key=("trace_number", "task_id"),
    comment="One row per task with more than a latency in the trace.",
    columns=(
        _POINTER,
        _TRACE_NUMBER,
        Column("task_id", "varchar", "As written in the trace."),
        Column(
            "outcome",
            "varchar",
            "success or failure. Where both lists have the task, neither is believed: "
            "the raw result decides, if there is one.",
            null="Null where nothing decides.",
        ),
        Column(
            "decided_by",
            "varchar",
            "list: the trace's own lists; raw_result: its raw_eval_results, by the "
            "benchmark's rule, where no list or both lists have the task; none.",
        ),
        Column(
            "is_in_both_lists",
            "boolean",
            "Whether it is listed as a success and as a failure.",
        ),
        Column(
            "score",
            "double",
            "The number in raw_eval_results, in the benchmark's own unit.",
            null="Null where there is none.",
        ),
        Column(
            "step_count",
            "bigint",
            "The task's entry of task_step_counts.",
            unit="steps",
            null=_NONE,
            rule=rules.count,
        ),
        Column(
            "wall_clock_seconds",
            "double",
            "The task's entry of wall_clock_times.",
            unit="seconds",
            null=_NONE,
            rule=rules.seconds,
        ),
        Column(
            "status",
            "varchar",
            "timeout or error, where the raw result of a failed task is a text that says "
            "what went wrong.",
            null="Null for any other raw result.",
        ),
    ),
)

HAL_TASK_LATENCIES = RawTable(
    name="raw.hal_task_latencies",
    key=("trace_number", "task_id"),
    comment="One row per entry of results.latencies.",
    columns=(
        _POINTER,
        _TRACE_NUMBER,
        Column(
            "task_id",
            "varchar",
            "As written in the trace; in rebuilt traces a position.",
        ),
        Column(
            "total_seconds",
            "double",
            "From the start of the first call to the start of the last, so 0 for a "
            "task with one call; without total_time the time between the two.",
            unit="seconds",
            null="Null where the trace does not say.",
            rule=rules.seconds,
        ),
        Column(
            "first_call_at",
            "varchar",
            "When the first call started, as written.",
            null="Null where the trace does not say.",
        ),
        Column(
            "last_call_at",
            "varchar",
            "When the last call started, as written.",
            null="Null where the trace does not say.",
        ),
        Column(
            "call_count",
            "bigint",
            "Model calls in the trace's log of the task.",
            null="Null without a log.",
        ),
    ),
)

HAL_MODEL_CALLS = RawTable(
    name="raw.hal_model_calls",
    key=("trace_number", "call_id"),
    comment="One row per call in raw_logging_results. A usage that no call below "
    "repeats is given to the first model call below.",
    columns=(
        _POINTER,
        _TRACE_NUMBER,
        Column(
            "task_id",
            "varchar",
            "The task of the call: its own, else that of the nearest call above it.",
            null="Null where none of them gives it.",
        ),
        Column(
            "call_id",
            "varchar",
            "The call's id in the log.",
            null="Null in logs by task, which have no ids.",
        ),
        Column(
            "parent_id",
            "varchar",
            "The parent call.",
            null="Null at the top, or where not logged.",
        ),
        Column(
            "op_name",
            "varchar",
            "What was called, as logged.",
            null="Null where not logged.",
        ),
        Column(
            "model",
            "varchar",
            "As in the request, else as in the response.",
            null="Null if no model was called.",
        ),
        Column(
            "started_at",
            "varchar",
            "As written: ISO 8601, or seconds since 1970 in old logs.",
            null="Null where not logged.",
        ),
        Column("ended_at", "varchar", "As written.", null="Null in old logs."),
        *TOKENS,
        Column(
            "is_leaf",
            "boolean",
            "Whether a model was called by this call and by none below it. Parents "
            "repeat the usage of their children, so count leaves only.",
        ),
    ),
)

HAL_TOKEN_USAGE = RawTable(
    name="raw.hal_token_usage",
    key=("trace_number", "model"),
    comment="One row per model in total_usage, in one spelling.",
    columns=(
        _POINTER,
        _TRACE_NUMBER,
        Column("model", "varchar", "As written."),
        *TOKENS,
    ),
)

HAL_WARNINGS = RawTable(
    name="raw.hal_warnings",
    key=("pointer", "note_code"),
    comment="One row per warning about a trace that was loaded.",
    columns=(
        Column(
            "pointer",
            "varchar",
            "JSON pointer or `byte <n>`; inside a zip after <member>#.",
        ),
        _TRACE_NUMBER,
        Column(
            "note_code", "varchar", "The kind of warning, as a stable code to count by."
        ),
        Column("detail", "varchar", "What was odd, and how it was read."),
    ),
    has_records=False,
    former_name="raw.hal_notes",
)

TABLES = (
    HAL_EVALUATIONS,
    HAL_TASK_RESULTS,
    HAL_TASK_LATENCIES,
    HAL_MODEL_CALLS,
    HAL_TOKEN_USAGE,
    HAL_WARNINGS,
)
