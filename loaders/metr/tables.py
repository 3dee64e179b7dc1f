"""The raw tables of METR's files."""

from loaders.contract.columns import Table

METR_RUNS = Table(
    name="raw.metr_runs",
    columns={
        "line": "bigint",
        "task_family": "varchar",
        "variant": "varchar",
        "run_id": "varchar",
        "agent": "varchar",
        "score": "double",
        "action_count": "bigint",
        "human_minutes": "double",
        "extra": "json",
    },
    key=("run_id",),
    comment="One row per run of METR's action-count YAML, as written there.",
    column_comments={
        "task_family": "Outermost key of the file: the group of sibling tasks.",
        "variant": "Key below the family: with it, the task.",
        "run_id": "Key below the variant, as written. Unique per file.",
        "agent": "Scaffold, model, settings and code branch, in one name.",
        "score": "The task's score for the run, 0 to 1. Never null.",
        "action_count": "Actions the agent took. Never null.",
        "human_minutes": "Time a skilled human needs for the task, in minutes.",
        "extra": "Fields that the format does not know, as JSON; null without any.",
    },
)

METR_HORIZON_RUNS = Table(
    name="raw.metr_horizon_runs",
    columns={
        "line": "bigint",
        "run_id": "varchar",
        "task_id": "varchar",
        "task_family": "varchar",
        "alias": "varchar",
        "model": "varchar",
        "score": "double",
        "score_binarized": "bigint",
        "human_minutes": "double",
        "human_score": "double",
        "human_source": "varchar",
        "time_limit": "double",
        "started_at": "bigint",
        "completed_at": "bigint",
        "fatal_error_from": "varchar",
        "dollar_equivalent": "double",
        "total_tokens": "double",
        "equal_task_weight": "double",
        "invsqrt_task_weight": "double",
        "extra": "json",
    },
    key=("run_id",),
    comment="One row per run of METR's time-horizon runs.jsonl, as written there.",
    column_comments={
        "run_id": "METR's id of the run, as text. Unique per file.",
        "task_id": "The task, as `family/variant`.",
        "task_family": "The group of sibling tasks.",
        "alias": "The agent's full name; `human` for runs by people.",
        "model": "METR's short name of the model; two models may share one.",
        "score": "The task's score for the run, 0 to 1. Never null.",
        "score_binarized": "METR's own verdict: 1 is success, 0 failure.",
        "human_minutes": "Time a skilled human needs for the task, in minutes.",
        "human_score": "METR's score of people at the task; not only 0 to 1.",
        "human_source": "Where human_minutes comes from: baseline, estimate, qa, ...",
        "time_limit": "Most time the run could take, in seconds; 0 for people.",
        "started_at": "Milliseconds since 1970 (UTC); 0 for runs by people.",
        "completed_at": (
            "Milliseconds since 1970 (UTC); for runs by people since their start."
        ),
        "fatal_error_from": "What ended the run early; null where nothing did.",
        "dollar_equivalent": (
            "What the run would have cost as human work, in US dollars; runs by "
            "people only. Not the cost of the run."
        ),
        "total_tokens": "As METR gives it, for runs by people only.",
        "equal_task_weight": "METR's weight of the run, every task alike. No unit.",
        "invsqrt_task_weight": (
            "METR's weight of the run, tasks of a family sharing it by the inverse "
            "square root of the family's size. No unit."
        ),
        "extra": "Fields that the format does not know, as JSON; null without any.",
    },
)

METR_NOTES = Table(
    name="raw.metr_notes",
    columns={"line": "bigint", "note_code": "varchar", "detail": "varchar"},
    key=("note_code",),
    comment="One row per file and kind of oddity that was loaded all the same.",
    column_comments={
        "note_code": "What kind of oddity, as a stable code to count by.",
        "detail": "What was odd, how often, and what was made of it.",
    },
    has_records=False,
)
