"""The raw tables of HAL traces."""

from loaders.contract.columns import Table

# Of the columns that each table of HAL traces begins with.
_TRACE_COMMENTS = {
    "pointer": "JSON pointer to the record; inside a zip <member>#<pointer>.",
    "trace_number": "1; inside a zip the traces are counted.",
}

_USAGE_COMMENTS = {
    "vocabulary": (
        "How the usage is spelled: prompt_tokens (no word of a cache), "
        "prompt_tokens_cached, input_tokens (Inspect), anthropic, bedrock, responses "
        "or mixed; null without usage."
    ),
    "input_tokens": (
        "Tokens of input that no cache gave; with vocabulary prompt_tokens all input."
    ),
    "cache_read_tokens": "Tokens read from a cache; null where not told apart.",
    "cache_write_tokens": "Tokens written to a cache; null where not told apart.",
    "output_tokens": "Tokens of output, reasoning included.",
}

# Numbers of `results` that have a column; all else of it is kept as JSON.
HAL_METRICS = (
    "accuracy",
    "average_correctness",
    "success_rate",
    "average_score",
    "average_exact_match",
    "total_cost",
)

HAL_EVALUATIONS = Table(
    name="raw.hal_evaluations",
    columns={
        "pointer": "varchar",
        "trace_number": "bigint",
        "member": "varchar",
        "run_id": "varchar",
        "benchmark_name": "varchar",
        "agent_name": "varchar",
        "date": "varchar",
        "model_name": "varchar",
        "reasoning_effort": "varchar",
        "run_command": "varchar",
        "agent_args": "json",
        "extra_config": "json",
        "agent_hash": "varchar",
        **dict.fromkeys(HAL_METRICS, "double"),
        "extra_results": "json",
        "trace_total_cost": "double",
        "has_successful_list": "boolean",
        "has_failed_list": "boolean",
        "successful_count": "bigint",
        "failed_count": "bigint",
        "log_shape": "varchar",
    },
    key=("trace_number",),
    comment="One row per HAL trace; its numbers are as written there.",
    column_comments={
        **_TRACE_COMMENTS,
        "run_id": "config.run_id.",
        "benchmark_name": "config.benchmark_name.",
        "agent_name": "config.agent_name, in which scaffold and model may stand.",
        "run_command": (
            "config.run_command, the command line of the harness; null without one."
        ),
        "agent_args": "config.agent_args, as JSON; null where the trace has none.",
        **{
            name: f"results.{name}, usually 0-1; null where the trace has none."
            for name in HAL_METRICS
        },
        "has_successful_list": "Whether results lists the successful tasks.",
        "has_failed_list": "Whether results lists the failed tasks.",
        "member": "Name of the member of the zip; null for a trace of its own.",
        "date": "The day the run ended, as written; null where the trace has none.",
        "model_name": (
            "The first text of model_name, agent.model.name and model in agent_args, "
            "else in config; null without one."
        ),
        "reasoning_effort": (
            "reasoning_effort or agent.model.reasoning_effort, found likewise."
        ),
        "extra_config": "All else of config, as JSON; null if there is nothing else.",
        "agent_hash": "Hash of the agent's folder; null before 2026.",
        "total_cost": (
            "results.total_cost in US dollars, priced when it ran; null where the "
            "trace has none."
        ),
        "extra_results": (
            "All of results that has no column and no table, as JSON; null if there is "
            "nothing else."
        ),
        "trace_total_cost": (
            "total_cost beside results, in US dollars: the same cost once more; null "
            "where the trace has none."
        ),
        "successful_count": "Length of the list of successful tasks; null without it.",
        "failed_count": "Length of the list of failed tasks; null without it.",
        "log_shape": (
            "How raw_logging_results is written: calls, call_records, by_task, text or "
            "none."
        ),
    },
)

HAL_TASK_RESULTS = Table(
    name="raw.hal_task_results",
    columns={
        "pointer": "varchar",
        "trace_number": "bigint",
        "task_id": "varchar",
        "outcome": "varchar",
        "decided_by": "varchar",
        "is_in_both_lists": "boolean",
        "score": "double",
        "step_count": "bigint",
        "wall_clock_seconds": "double",
    },
    key=("trace_number", "task_id"),
    comment="One row per task that a trace says more about than its latency.",
    column_comments={
        **_TRACE_COMMENTS,
        "task_id": "As the trace has it.",
        "outcome": (
            "success or failure; null where nothing decides. Of a task in both lists "
            "neither is believed: the raw result decides, if there is one."
        ),
        "decided_by": (
            "list: the trace's own lists; raw_result: its raw_eval_results, by the "
            "benchmark's rule, where no list or both lists have the task; none."
        ),
        "is_in_both_lists": "Whether it is listed as a success and as a failure.",
        "score": (
            "The number in raw_eval_results, in the benchmark's own unit; null without."
        ),
        "step_count": "task_step_counts, in steps; null where the trace has none.",
        "wall_clock_seconds": (
            "wall_clock_times, in seconds; null where the trace has none."
        ),
    },
)

HAL_TASK_LATENCIES = Table(
    name="raw.hal_task_latencies",
    columns={
        "pointer": "varchar",
        "trace_number": "bigint",
        "task_id": "varchar",
        "total_seconds": "double",
        "first_call_at": "varchar",
        "last_call_at": "varchar",
        "call_count": "bigint",
    },
    key=("trace_number", "task_id"),
    comment="One row per entry of results.latencies.",
    column_comments={
        **_TRACE_COMMENTS,
        "task_id": "As the trace has it; in rebuilt traces a position.",
        "total_seconds": (
            "From the start of the first call to the start of the last, in seconds; "
            "so 0 for a task with one call."
        ),
        "first_call_at": "As written; null where the trace does not say.",
        "last_call_at": "As written; null where the trace does not say.",
        "call_count": (
            "Model calls in the trace's log of the task; null without a log."
        ),
    },
)

HAL_MODEL_CALLS = Table(
    name="raw.hal_model_calls",
    columns={
        "pointer": "varchar",
        "trace_number": "bigint",
        "task_id": "varchar",
        "call_id": "varchar",
        "parent_id": "varchar",
        "op_name": "varchar",
        "model": "varchar",
        "started_at": "varchar",
        "ended_at": "varchar",
        "vocabulary": "varchar",
        "input_tokens": "bigint",
        "cache_read_tokens": "bigint",
        "cache_write_tokens": "bigint",
        "output_tokens": "bigint",
        "is_leaf": "boolean",
    },
    key=("trace_number", "call_id"),
    comment="One row per call in raw_logging_results.",
    column_comments={
        **_TRACE_COMMENTS,
        "task_id": "The task it was made for; null where the call does not say.",
        "call_id": "Null in logs by task, which have no ids.",
        "parent_id": "The call it was made by; null at the top, or where not logged.",
        "op_name": "What was called, as logged.",
        "model": "As asked for, else as answered; null for a call of no model.",
        "started_at": "As written: ISO 8601, or seconds since 1970 in old logs.",
        "ended_at": "As written; null in old logs.",
        "is_leaf": (
            "Whether a model was called by this call and by none below it. Parents "
            "repeat the usage of their children, so count leaves only."
        ),
        **_USAGE_COMMENTS,
    },
)

HAL_TOKEN_USAGE = Table(
    name="raw.hal_token_usage",
    columns={
        "pointer": "varchar",
        "trace_number": "bigint",
        "model": "varchar",
        "vocabulary": "varchar",
        "input_tokens": "bigint",
        "cache_read_tokens": "bigint",
        "cache_write_tokens": "bigint",
        "output_tokens": "bigint",
    },
    key=("trace_number", "model"),
    comment="One row per model in total_usage, in one spelling.",
    column_comments={
        **_TRACE_COMMENTS,
        "model": "As written.",
        **_USAGE_COMMENTS,
    },
)

HAL_NOTES = Table(
    name="raw.hal_notes",
    columns={
        "pointer": "varchar",
        "trace_number": "bigint",
        "note_code": "varchar",
        "detail": "varchar",
    },
    key=("pointer", "note_code"),
    has_records=False,
    comment="One row per oddity that was loaded all the same.",
    column_comments={
        **_TRACE_COMMENTS,
        "pointer": "JSON pointer or `byte <n>`; inside a zip after <member>#.",
        "note_code": "What kind of oddity, as a stable code to count by.",
        "detail": "What was odd, and what was made of it.",
    },
)

TABLES = (
    HAL_EVALUATIONS,
    HAL_TASK_RESULTS,
    HAL_TASK_LATENCIES,
    HAL_MODEL_CALLS,
    HAL_TOKEN_USAGE,
    HAL_NOTES,
)
