"""The raw tables of METR's files."""

from loaders.contract import rules
from loaders.contract.columns import EXTRA, LINE, Column, RawTable
from loaders.contract.warnings import warnings_table
from loaders.metr.rules import action_count, human_minutes, millis, zero_or_one

METR_RUNS = RawTable(
    name="raw.metr_runs",
    key=("run_id",),
    comment="One row per run of METR's action-count YAML, as written there.",
    columns=(
        LINE,
        Column(
            "task_family",
            "varchar",
            "Outermost key of the file: the group of sibling tasks.",
        ),
        Column("variant", "varchar", "Key below the family: with it, the task."),
        Column(
            "run_id",
            "varchar",
            "Key below the variant, as written. Unique per file.",
        ),
        Column(
            "agent",
            "varchar",
            "Scaffold, model, settings and code branch, in one name.",
            path="agent",
            rule=rules.named,
        ),
        Column(
            "score",
            "double",
            "The task's score for the run, 0 to 1.",
            path="score",
            rule=rules.score,
        ),
        Column(
            "action_count",
            "bigint",
            "Actions the agent took.",
            path="action_count",
            rule=action_count,
        ),
        Column(
            "human_minutes",
            "double",
            "Time a skilled human needs for the task.",
            path="human_minutes",
            unit="minutes",
            rule=human_minutes,
        ),
        EXTRA,
    ),
)

METR_HORIZON_RUNS = RawTable(
    name="raw.metr_horizon_runs",
    key=("run_id",),
    comment="One row per run of METR's time-horizon runs.jsonl, as written there.",
    columns=(
        LINE,
        Column(
            "run_id",
            "varchar",
            "METR's id of the run, as text. Unique per file.",
            path="run_id",
            rule=rules.id_text,
        ),
        Column(
            "task_id",
            "varchar",
            "The task, as `family/variant`.",
            path="task_id",
            rule=rules.id_text,
        ),
        Column(
            "task_family",
            "varchar",
            "The group of sibling tasks.",
            path="task_family",
            rule=rules.id_text,
        ),
        Column(
            "alias",
            "varchar",
            "The agent's full name; `human` for runs by people.",
            path="alias",
            rule=rules.named,
        ),
        Column(
            "model",
            "varchar",
            "METR's short name of the model; two models may share one.",
            path="model",
            rule=rules.named,
        ),
        Column(
            "score",
            "double",
            "The task's score for the run, as written; it may pass 1, which is the "
            "reference's score.",
            path=("score", "score_cont"),
            rule=rules.number,
        ),
        Column(
            "score_binarized",
            "bigint",
            "METR's own verdict: 1 is success, 0 failure.",
            path="score_binarized",
            rule=zero_or_one,
        ),
        Column(
            "human_minutes",
            "double",
            "Time a skilled human needs for the task.",
            path="human_minutes",
            unit="minutes",
            rule=human_minutes,
        ),
        Column(
            "human_score",
            "double",
            "METR's score of people at the task; it can be outside 0 to 1.",
            path="human_score",
            null="Null where the run has none.",
            rule=rules.number,
        ),
        Column(
            "human_source",
            "varchar",
            "Where human_minutes comes from: baseline, estimate, qa, ...",
            path="human_source",
            null="Null where the run does not say.",
            rule=rules.text,
        ),
        Column(
            "time_limit",
            "double",
            "Time limit of the run; 0 for people.",
            path="time_limit",
            unit="seconds",
            null="Null where the run has none.",
            rule=rules.number,
        ),
        Column(
            "started_at",
            "bigint",
            "When the run started, since 1970 (UTC); 0 for runs by people. In another "
            "unit where the file has one.",
            path="started_at",
            unit="milliseconds",
            null="Null where the run does not say.",
            rule=millis,
        ),
        Column(
            "completed_at",
            "bigint",
            "When the run ended, since 1970 (UTC); for runs by people since their "
            "start.",
            path="completed_at",
            unit="milliseconds",
            null="Null where the run does not say.",
            rule=millis,
        ),
        Column(
            "fatal_error_from",
            "varchar",
            "What ended the run early.",
            path="fatal_error_from",
            null="Null where nothing did.",
            rule=rules.text,
        ),
        Column(
            "dollar_equivalent",
            "double",
            "What the run would have cost as human work. Not the cost of the run.",
            path="dollar_equivalent",
            unit="US dollars",
            null="Null for runs by models.",
            rule=rules.number,
        ),
        Column(
            "total_tokens",
            "double",
            "Tokens of the run, as METR counts them.",
            path=("total_tokens", "tokens_count"),
            unit="tokens",
            null="Null where the run does not say.",
            rule=rules.number,
        ),
        Column(
            "equal_task_weight",
            "double",
            "METR's weight of the run, with every task equal.",
            path="equal_task_weight",
            null="Null where the run has none.",
            rule=rules.number,
        ),
        Column(
            "invsqrt_task_weight",
            "double",
            "METR's weight of the run, tasks of a family sharing it by the inverse "
            "square root of the family's size.",
            path="invsqrt_task_weight",
            null="Null where the run has none.",
            rule=rules.number,
        ),
        Column(
            "generation_cost",
            "double",
            "What the model's tokens cost; 0 for runs by people.",
            path="generation_cost",
            unit="US dollars",
            null="Null where the run does not say.",
            rule=rules.cost,
        ),
        Column(
            "human_cost",
            "double",
            "Pay of a person for the task.",
            path="human_cost",
            unit="US dollars",
            null="Null where the run does not say.",
            rule=rules.cost,
        ),
        Column(
            "scaffold",
            "varchar",
            "The program around the model.",
            path="scaffold",
            null="Null where the run does not say.",
            rule=rules.text,
        ),
        Column(
            "task_source",
            "varchar",
            "The collection that the task is from.",
            path="task_source",
            null="Null where the run does not say.",
            rule=rules.text,
        ),
        Column(
            "task_version",
            "varchar",
            "Version of the task.",
            path="task_version",
            null="Null where the run does not say.",
            rule=rules.text,
        ),
        EXTRA,
    ),
)

METR_WARNINGS = warnings_table("raw.metr_warnings", former_name="raw.metr_notes")

TABLES = (METR_RUNS, METR_HORIZON_RUNS, METR_WARNINGS)
