"""The raw tables of Inspect logs."""

from loaders.contract.columns import Column, RawTable

_POINTER = Column(
    "pointer",
    "varchar",
    "Its position: `<member>#<JSON pointer>`, or in a .json log only the pointer.",
)
_SAMPLE_ID = Column(
    "sample_id", "varchar", "The sample's id as text; automatic ids are positions."
)
_EPOCH = Column("epoch", "bigint", "Which repeat of the sample it is, from 1.")
_NO = "Null where the log does not say."
_UNOPENED = "Null where the sample itself was not opened, or has no messages."
_PLAIN = "Null for an evaluation."

INSPECT_EVALUATIONS = RawTable(
    name="raw.inspect_evaluations",
    key=("eval_id",),
    comment="One row per Inspect log; its numbers are as written there.",
    columns=(
        _POINTER,
        Column(
            "eval_id",
            "varchar",
            "eval.eval_id; where there is none, the one that Inspect makes of run_id, "
            "task_id and created.",
        ),
        Column("container", "varchar", "How the log is written: eval or json."),
        Column("version", "bigint", "Version of the log's format.", null=_NO),
        Column(
            "writer_version",
            "varchar",
            "Version of inspect_ai that wrote it.",
            null=_NO,
        ),
        Column(
            "status",
            "varchar",
            "success, error, cancelled or started (still running, or killed).",
            null=_NO,
        ),
        Column(
            "is_invalidated", "boolean", "Whether the log says a sample is invalid."
        ),
        Column("run_id", "varchar", "eval.run_id.", null=_NO),
        Column(
            "task_id",
            "varchar",
            "eval.task_id; a retry of a run has it too.",
            null=_NO,
        ),
        Column("eval_set_id", "varchar", "eval.eval_set_id.", null=_NO),
        Column("created", "varchar", "When it began, as written.", null=_NO),
        Column("task", "varchar", "Name of the task with its namespace."),
        Column("task_version", "varchar", "eval.task_version, as text.", null=_NO),
        Column("task_args", "json", "eval.task_args.", null="Null without any."),
        Column("model", "varchar", "Name of the model with its provider."),
        Column("solver", "varchar", "eval.solver.", null=_NO),
        Column("plan_effort", "varchar", "plan.config.reasoning_effort.", null=_NO),
        Column(
            "model_effort",
            "varchar",
            "eval.model_generate_config.reasoning_effort.",
            null=_NO,
        ),
        Column("plan_config", "json", "plan.config.", null="Null without any."),
        Column(
            "model_config",
            "json",
            "eval.model_generate_config.",
            null="Null without any.",
        ),
        Column("model_args", "json", "eval.model_args.", null="Null without any."),
        Column("model_roles", "json", "eval.model_roles.", null="Null without any."),
        Column("epochs", "bigint", "Repeats asked for.", null=_NO),
        Column(
            "epochs_reducer",
            "json",
            "Names of the reducers over epochs; `[]`: metrics are not reduced.",
            null=_NO,
        ),
        Column(
            "config_limit",
            "json",
            "eval.config.limit: a run of some samples only.",
            null="Null without one.",
        ),
        Column(
            "config_sample_id",
            "json",
            "eval.config.sample_id: a run of some samples only.",
            null="Null without one.",
        ),
        Column("log_samples", "boolean", "eval.config.log_samples.", null=_NO),
        Column("dataset_name", "varchar", "eval.dataset.name.", null=_NO),
        Column("dataset_samples", "bigint", "Samples of the data set.", null=_NO),
        Column("total_samples", "bigint", "results.total_samples.", null=_NO),
        Column(
            "completed_samples",
            "bigint",
            "results.completed_samples: those without an error.",
            null=_NO,
        ),
        Column(
            "headline_scorer",
            "varchar",
            "Scorer of results.headline, else of eval.headline_metric.",
            null="Null without a headline.",
        ),
        Column(
            "headline_score",
            "varchar",
            "Its score: the scorer, or a key of its values.",
            null=_NO,
        ),
        Column("headline_metric", "varchar", "Its metric.", null=_NO),
        Column("headline_reducer", "varchar", "Its reducer over epochs.", null=_NO),
        Column(
            "is_metric_declared",
            "boolean",
            "Whether the task names that metric; else it is the first one there is.",
        ),
        Column(
            "first_scorer",
            "varchar",
            "Name of the first of eval.scorers.",
            null="Null without scorers.",
        ),
        Column("started_at", "varchar", "stats.started_at, as written.", null=_NO),
        Column("completed_at", "varchar", "stats.completed_at.", null=_NO),
        Column(
            "error_message", "varchar", "What ended the run.", null="Null without one."
        ),
        Column("tags", "json", "The log's tags.", null="Null without any."),
        Column("metadata", "json", "The log's metadata.", null="Null without any."),
        Column("log_update_count", "bigint", "Later edits of tags and metadata."),
        Column(
            "samples_read_from",
            "varchar",
            "summaries, samples (each one was opened) or none.",
        ),
    ),
)

INSPECT_PLAN_STEPS = RawTable(
    name="raw.inspect_plan_steps",
    key=("step_number",),
    comment="One row per step of the plan of an Inspect log.",
    columns=(
        _POINTER,
        Column("step_number", "bigint", "Position in the plan, from 1."),
        Column("solver", "varchar", "Name of the solver."),
    ),
)

INSPECT_SAMPLES = RawTable(
    name="raw.inspect_samples",
    key=("sample_id", "epoch"),
    comment="One row per sample and epoch of an Inspect log.",
    columns=(
        _POINTER,
        _SAMPLE_ID,
        _EPOCH,
        Column("id_type", "varchar", "How the id is written: str or int."),
        Column("uuid", "varchar", "Retried logs carry it over.", null=_NO),
        Column("error", "varchar", "What ended it.", null="Null without an error."),
        Column(
            "limit_type",
            "varchar",
            "The limit that ended it: time, working, message, token, ...",
            null="Null without one.",
        ),
        Column("retry_count", "bigint", "How often it was tried again.", null=_NO),
        Column("is_completed", "boolean", "Whether it ended.", null=_NO),
        Column(
            "is_invalidated",
            "boolean",
            "Whether a person declared it invalid.",
            null="Null where the sample itself was not opened.",
        ),
        Column("started_at", "varchar", "As written.", null=_NO),
        Column("completed_at", "varchar", "As written.", null=_NO),
        Column("total_seconds", "double", "total_time.", unit="seconds", null=_NO),
        Column(
            "working_seconds",
            "double",
            "working_time: without waiting for models and limits.",
            unit="seconds",
            null=_NO,
        ),
        Column("turn_count", "bigint", "Model calls, graders apart.", null=_NO),
        Column(
            "model_event_count",
            "bigint",
            "Model events before the first scorer.",
            null="Null where the sample was not opened, or has no events.",
        ),
        Column(
            "message_count", "bigint", "Number of messages in the sample.", null=_NO
        ),
        Column(
            "assistant_message_count", "bigint", "Those of the model.", null=_UNOPENED
        ),
        Column(
            "tool_calling_message_count",
            "bigint",
            "Those of the model that call a tool.",
            null=_UNOPENED,
        ),
        Column("tool_call_count", "bigint", "Calls of tools.", null=_UNOPENED),
        Column("tool_message_count", "bigint", "Answers of tools.", null=_UNOPENED),
        Column(
            "metadata",
            "json",
            "The sample's metadata; summaries cut text at 1 kB.",
            null="Null without any.",
        ),
        Column(
            "has_usage",
            "boolean",
            "Whether it has tokens; old summaries do not.",
        ),
        Column("read_from", "varchar", "summary or sample."),
    ),
)

INSPECT_SCORES = RawTable(
    name="raw.inspect_scores",
    key=("sample_id", "epoch", "scorer", "score_key"),
    comment="One row per sample, epoch, scorer and key of its value.",
    columns=(
        _POINTER,
        _SAMPLE_ID,
        _EPOCH,
        Column("scorer_number", "bigint", "Position among the scorers, from 1."),
        Column("scorer", "varchar", "Name of the scorer."),
        Column(
            "score_key",
            "varchar",
            "The key, where the value is an object; else empty text.",
        ),
        Column(
            "value_kind",
            "varchar",
            "text, number, boolean, nan, infinite, null, list or object.",
        ),
        Column("value_text", "varchar", "The value as it is written.", null=_NO),
        Column(
            "value_number",
            "double",
            "The value of a number, 1 or 0 of a boolean.",
            null="Null for other kinds.",
        ),
        Column(
            "edit_count",
            "bigint",
            "How often the score was edited.",
            null="Null where the sample itself was not opened.",
        ),
    ),
)

INSPECT_METRICS = RawTable(
    name="raw.inspect_metrics",
    key=("score_number", "metric_key"),
    comment="One row per metric that an Inspect log reports.",
    columns=(
        _POINTER,
        Column("score_number", "bigint", "Position in results.scores, from 1."),
        Column("metric_number", "bigint", "Position among its metrics, from 1."),
        Column("metric_key", "varchar", "Key of the metric there."),
        Column("scorer", "varchar", "The scorer."),
        Column("score", "varchar", "Its score: the scorer, or a key of its values."),
        Column("reducer", "varchar", "Reducer over epochs.", null=_NO),
        Column("metric", "varchar", "Name of the metric."),
        Column(
            "metric_group",
            "varchar",
            "The metric that produces this one and others, such as one by group.",
            null="Null where it is a separate metric, and in older logs.",
        ),
        Column(
            "value",
            "double",
            "What the log reports.",
            null="Null where it is not finite.",
        ),
        Column("value_text", "varchar", "The value as it is written."),
        Column("metric_params", "json", "Its parameters.", null="Null without any."),
        Column("scored_samples", "bigint", "Samples that it counts.", null=_NO),
        Column("unscored_samples", "bigint", "Samples without a score.", null=_NO),
    ),
)

INSPECT_USAGE = RawTable(
    name="raw.inspect_usage",
    key=("sample_id", "epoch", "kind", "name"),
    comment=(
        "One row per model or role whose tokens a log counts, of a sample or of the "
        "evaluation. The tokens of a role are among those of its model."
    ),
    columns=(
        _POINTER,
        Column("sample_id", "varchar", "The sample's id.", null=_PLAIN),
        Column("epoch", "bigint", "The sample's epoch.", null=_PLAIN),
        Column("kind", "varchar", "What the name is: model or role."),
        Column("name", "varchar", "The model with its provider, or the role."),
        Column(
            "input_tokens",
            "bigint",
            "As written; in logs of some versions this includes tokens read from a cache.",
            null=_NO,
        ),
        Column("output_tokens", "bigint", "Tokens of output.", null=_NO),
        Column("total_tokens", "bigint", "The total that the log reports.", null=_NO),
        Column("cache_read_tokens", "bigint", "Read from a cache.", null=_NO),
        Column("cache_write_tokens", "bigint", "Written to a cache.", null=_NO),
        Column("reasoning_tokens", "bigint", "Part of the output.", null=_NO),
        Column("total_cost", "double", "total_cost.", unit="US dollars", null=_NO),
    ),
)

INSPECT_WARNINGS = RawTable(
    name="raw.inspect_warnings",
    key=("pointer", "warning_code"),
    has_records=False,
    comment="One row per warning about a log that was loaded.",
    columns=(
        _POINTER,
        Column("warning_code", "varchar", "The kind of warning, as a stable code."),
        Column("detail", "varchar", "What was odd, and what was made of it."),
    ),
)

TABLES = (
    INSPECT_EVALUATIONS,
    INSPECT_PLAN_STEPS,
    INSPECT_SAMPLES,
    INSPECT_SCORES,
    INSPECT_METRICS,
    INSPECT_USAGE,
    INSPECT_WARNINGS,
)
