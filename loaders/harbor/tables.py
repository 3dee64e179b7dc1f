"""The raw tables of Harbor's jobs."""

import json
from typing import Any

from loaders.contract import rules
from loaders.contract.columns import Column, RawTable
from loaders.contract.json_object import (
    NOT_THERE,
    POINTER,
    boolean,
    count_column,
    json_text,
    text_column,
    time_column,
)

_EXTRA = Column(
    "extra",
    "json",
    "Fields beside these that the format does not know, as JSON.",
    null="Null without any.",
)


def setting(_name: str, value: Any) -> str:
    """Return any setting as text."""
    return value if isinstance(value, str) else json.dumps(value)


_JOB_ID = Column("job_id", "varchar", "The job.", "id", rule=rules.identifier)

HARBOR_JOBS = RawTable(
    name="raw.harbor_jobs",
    key=("job_id",),
    comment="One row per result.json of a job.",
    columns=(
        POINTER,
        _JOB_ID,
        count_column(
            "trial_count", "n_total_trials", "Trials that the job was to run."
        ),
        time_column("started_at", "started_at", "When the job began."),
        time_column("finished_at", "finished_at", "When the job ended."),
        _EXTRA,
    ),
)

HARBOR_METRICS = RawTable(
    name="raw.harbor_metrics",
    key=("job_id", "eval_name", "metric", "k"),
    comment="One row per number that a job's result.json sums its trials up to.",
    columns=(
        POINTER,
        Column("job_id", "varchar", "The job."),
        Column(
            "eval_name",
            "varchar",
            "Agent, model and data set as Harbor names them: `agent__model__set`.",
        ),
        Column(
            "metric",
            "varchar",
            "pass_at_k, or the metric's name, such as mean.",
        ),
        Column(
            "k",
            "bigint",
            "Number of attempts; at least one of them must succeed.",
            null="Null unless the metric is pass_at_k.",
        ),
        Column(
            "value",
            "double",
            "What Harbor counted.",
            null="Null where it is not a finite number.",
        ),
    ),
    has_records=False,
)

HARBOR_TRIALS = RawTable(
    name="raw.harbor_trials",
    key=("trial_id",),
    comment="One row per result.json of a trial: one attempt at one task.",
    columns=(
        POINTER,
        Column(
            "trial_id",
            "varchar",
            "The trial's id; without one its name.",
            ("id", "trial_name"),
            rule=rules.identifier,
            is_copied=True,
        ),
        text_column(
            "trial_name", "trial_name", "The trial's name: task and some letters."
        ),
        Column("task_name", "varchar", "The task.", "task_name", rule=rules.identifier),
        text_column("task_checksum", "task_checksum", "Hash of the task's files."),
        text_column("dataset", "source", "The set of tasks."),
        text_column("job_id", "config/job_id", "The job that it is part of."),
        text_column(
            "source_trial_id",
            "config/source_trial/trial_id",
            "The trial whose outcome this one judges again.",
        ),
        Column(
            "agent_name",
            "varchar",
            "The agent without its model.",
            ("agent_info/name", "config/agent/name", "config/agent/import_path"),
            rule=rules.identifier,
        ),
        text_column("agent_version", "agent_info/version", "The agent's version."),
        text_column("model_name", "agent_info/model_info/name", "The model."),
        text_column(
            "model_provider", "agent_info/model_info/provider", "Who serves it."
        ),
        Column(
            "reasoning_effort",
            "varchar",
            "The model's reasoning effort.",
            "config/agent/kwargs/reasoning_effort",
            null=NOT_THERE,
            rule=setting,
        ),
        Column(
            "agent_settings",
            "json",
            "All settings of the agent.",
            "config/agent/kwargs",
            null="Null without any.",
            rule=json_text,
        ),
        Column(
            "rewards",
            "json",
            "The verifier's rewards by name.",
            "verifier_result/rewards",
            null="Null where there is no verdict.",
            rule=json_text,
        ),
        Column("reward_count", "bigint", "How many rewards the verifier gave."),
        Column(
            "reward",
            "double",
            "The only reward; of several the one named `reward`.",
            null="Null without it, or where it is not a finite number.",
        ),
        Column(
            "is_reward_valid",
            "boolean",
            "Whether Harbor counts the reward.",
            ("reward_valid", "exception_info/policy/has_valid_reward"),
            null="Null where the file does not say.",
            rule=boolean,
        ),
        Column(
            "exception_type",
            "varchar",
            "What ended the trial, or the first of its steps that something ended.",
            "exception_info/exception_type",
            null="Null where nothing did.",
            rule=rules.text,
        ),
        count_column("step_count", None, "Steps of the task that have a result."),
        count_column("model_count", None, "Models whose tokens it counts separately."),
        count_column(
            "input_tokens", None, "Tokens of input, those from the cache too."
        ),
        count_column("cached_tokens", None, "Tokens of input from the cache."),
        count_column("output_tokens", None, "Tokens of output."),
        Column("cost_usd", "double", "Cost.", unit="US dollars", null=NOT_THERE),
        count_column(
            "episode_count", None, "Calls of the model, as the agent counted."
        ),
        Column(
            "agent_seconds",
            "double",
            "How long the agent worked; negative where a clock went back.",
            unit="seconds",
            null="Null where a time is missing.",
        ),
        time_column("started_at", "started_at", "When the trial began."),
        _EXTRA,
    ),
)

HARBOR_CONFIGS = RawTable(
    name="raw.harbor_configs",
    key=("pointer",),
    comment="One row per config.json of a trial or a job: what was to run.",
    columns=(
        POINTER,
        Column("kind", "varchar", "trial or job."),
        Column(
            "name",
            "varchar",
            "The trial's or the job's name.",
            ("trial_name", "job_name"),
            null=NOT_THERE,
            rule=rules.text,
        ),
        text_column("job_id", "job_id", "The job that a trial is part of."),
        text_column("agent_name", "agent/name", "The agent of a trial."),
        text_column("model_name", "agent/model_name", "The model of a trial."),
        count_column(
            "attempts_per_task", "n_attempts", "Attempts at each task of a job."
        ),
    ),
)

HARBOR_TRAJECTORIES = RawTable(
    name="raw.harbor_trajectories",
    key=("pointer",),
    comment="One row per trajectory (ATIF): what an agent did, step by step.",
    columns=(
        POINTER,
        Column("atif_version", "varchar", "Version of the format."),
        Column(
            "session_id",
            "varchar",
            "The agent's session.",
            null=NOT_THERE,
        ),
        Column(
            "agent_step_count",
            "bigint",
            "Steps of the agent; neither of subagents, nor copied from elsewhere.",
        ),
        Column("step_count", "bigint", "All steps, the user's and the system's too."),
    ),
)

TABLES = (
    HARBOR_JOBS,
    HARBOR_METRICS,
    HARBOR_TRIALS,
    HARBOR_CONFIGS,
    HARBOR_TRAJECTORIES,
)
