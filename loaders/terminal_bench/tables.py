"""The raw tables of Terminal-Bench runs."""

from loaders.contract import rules
from loaders.contract.columns import EXTRA, Column, RawTable
from loaders.contract.json_object import (
    NOT_THERE,
    POINTER,
    boolean,
    count_column,
    json_text,
    text_column,
    time_column,
)

_UNTIMED = "Null where the harness did not write it."


def _time(name: str, path: str, meaning: str) -> Column:
    return time_column(name, path, meaning, _UNTIMED)


def _settings(path: str) -> Column:
    return Column(
        "agent_settings",
        "json",
        "The agent's settings, such as an effort.",
        path,
        null="Null without any.",
        rule=json_text,
    )


def _model(*paths: str) -> Column:
    return Column(
        "model_name",
        "varchar",
        "The model, in the spelling of the run's user.",
        paths,
        null=NOT_THERE,
        rule=rules.text,
    )


_ACCURACY = Column(
    "accuracy",
    "double",
    "Share of the trials that are resolved, as the harness counted.",
    "accuracy",
    null="Null where the run was resumed, and where the file has none.",
    rule=rules.score,
)
_PASS_AT_K = Column(
    "pass_at_k",
    "json",
    "pass@k by k, as the harness counted.",
    "pass_at_k",
    null="Null with one attempt per task, and where the file has none.",
    rule=json_text,
)

TERMINAL_BENCH_RUNS = RawTable(
    name="raw.terminal_bench_runs",
    key=("run_id",),
    comment="One row per run_metadata.json: what ran.",
    columns=(
        POINTER,
        Column(
            "run_id",
            "varchar",
            "The run's name, given by its user or made of its time.",
            "run_id",
            rule=rules.identifier,
        ),
        text_column("uuid", "uuid", "The run's id."),
        text_column("dataset_name", "dataset_name", "The set of tasks."),
        text_column("dataset_version", "dataset_version", "Its version."),
        Column(
            "agent_name",
            "varchar",
            "The agent without its model.",
            "agent_name",
            rule=rules.named,
        ),
        _model("model_name", "agent_kwargs/model_name"),
        _settings("agent_kwargs"),
        count_column("attempts_per_task", "n_attempts", "Attempts at each task."),
        _ACCURACY,
        _PASS_AT_K,
        _time("started_at", "start_time", "When the run began."),
        _time("ended_at", "end_time", "When the run ended."),
        EXTRA,
    ),
)

TERMINAL_BENCH_LOCKS = RawTable(
    name="raw.terminal_bench_locks",
    key=("run_id",),
    comment="One row per tb.lock: what a run was started with.",
    columns=(
        POINTER,
        Column(
            "run_id",
            "varchar",
            "The run's name.",
            "local_config/run_id",
            rule=rules.identifier,
        ),
        _model("agent/model_name", "agent/extra_kwargs/model_name"),
        _settings("agent/extra_kwargs"),
    ),
)

TERMINAL_BENCH_RESULTS = RawTable(
    name="raw.terminal_bench_results",
    key=("pointer",),
    comment="One row per results.json of a run: how the harness sums up its trials.",
    columns=(
        POINTER,
        Column("run_id", "varchar", "The run in its trials' names.", null=NOT_THERE),
        _ACCURACY,
        _PASS_AT_K,
        count_column("resolved_count", "n_resolved", "Trials that are resolved."),
        count_column("unresolved_count", "n_unresolved", "All other trials."),
        EXTRA,
    ),
)

TERMINAL_BENCH_TRIALS = RawTable(
    name="raw.terminal_bench_trials",
    key=("trial_id",),
    comment="One row per trial: one attempt at one task.",
    columns=(
        POINTER,
        Column(
            "trial_id",
            "varchar",
            "The trial's id; without one its name.",
            ("id", "uuid", "trial_name"),
            rule=rules.id_text,
            is_copied=True,
        ),
        Column(
            "run_id",
            "varchar",
            "The run, where the trial's name ends with it.",
            null="Null where it does not.",
        ),
        Column(
            "trial_name",
            "varchar",
            "Task, number of the attempt and run, such as `hello.1-of-5.my-run`.",
            "trial_name",
            null=NOT_THERE,
            rule=rules.text,
        ),
        Column("task_id", "varchar", "The task.", "task_id", rule=rules.id_text),
        Column(
            "is_resolved",
            "boolean",
            "Whether all tests passed.",
            "is_resolved",
            null="Null where there is no verdict.",
            rule=boolean,
        ),
        text_column(
            "failure_mode",
            "failure_mode",
            "Why the trial went wrong; `unset` or `none`: not.",
        ),
        count_column("input_tokens", "total_input_tokens", "Tokens of input."),
        count_column("output_tokens", "total_output_tokens", "Tokens of output."),
        _time("agent_started_at", "agent_started_at", "When the agent began."),
        _time("agent_ended_at", "agent_ended_at", "When the agent ended."),
        Column(
            "agent_seconds",
            "double",
            "agent_ended_at - agent_started_at; negative where a clock went back.",
            unit="seconds",
            null="Null where either time is missing.",
        ),
        _time("trial_started_at", "trial_started_at", "When the trial began."),
        EXTRA,
    ),
)

TERMINAL_BENCH_PASS_AT_K = RawTable(
    name="raw.terminal_bench_pass_at_k",
    key=("k",),
    comment=(
        "One row per k of a run's results.json or run_metadata.json: pass@k as the "
        "harness counted."
    ),
    columns=(
        POINTER,
        Column("k", "bigint", "Number of attempts; at least one of them must succeed."),
        Column(
            "value",
            "double",
            "The mean over the tasks of the probability that one does.",
            null="Null where it is not a finite number.",
        ),
    ),
    has_records=False,
)

TABLES = (
    TERMINAL_BENCH_RUNS,
    TERMINAL_BENCH_LOCKS,
    TERMINAL_BENCH_RESULTS,
    TERMINAL_BENCH_TRIALS,
    TERMINAL_BENCH_PASS_AT_K,
)
