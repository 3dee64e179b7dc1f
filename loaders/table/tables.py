"""The raw tables of tables of attempts."""

from loaders.contract import rules
from loaders.contract.columns import Column, RawTable
from loaders.table import values

_ROW = "Row of the table, from 1; the header is not counted."


def _text(name: str, meaning: str, null: str | None = None) -> Column:
    return Column(name, "varchar", meaning, null=null, rule=rules.identifier)


def _count(name: str, meaning: str, unit: str) -> Column:
    null = "Null where it is not told."
    return Column(name, "bigint", meaning, unit=unit, null=null, rule=values.count)


TABLE_ATTEMPTS = RawTable(
    name="raw.table_attempts",
    key=(
        "benchmark",
        "agent",
        "model",
        "scaffold",
        "effort",
        "population",
        "task_id",
        "attempt",
    ),
    comment="One row per row of a table of attempts.",
    columns=(
        Column("line", "bigint", _ROW),
        _text("source", "What `--source` says; else `table`."),
        _text("benchmark", "The benchmark; the file's name where it is not told."),
        _text("task_id", "The task, exactly as written."),
        _text("agent", "The agent; made of scaffold, model and effort if not told."),
        _text("model", "The model; the agent where it is not told."),
        _text("scaffold", "The scaffold; `unknown` where it is not told."),
        _text("effort", "The reasoning effort; `unknown` where it is not told."),
        _text("population", "The population; `capability` where it is not told."),
        _text("task_family", "Group of sibling tasks.", "Null where it is not told."),
        _text(
            "attempt",
            "What tells the attempts of an agent at a task apart, exactly as written.",
            "Null where no column does: then a repeated row counts as a repeat.",
        ),
        Column(
            "attempt_number",
            "bigint",
            "Number of the row among those of its agent and task in the file, from 1.",
            null="Null where `attempt` tells them apart.",
        ),
        Column(
            "score",
            "double",
            "0 to 1, after division by `--score-max`.",
            null="Null where the attempt has no score.",
            rule=values.score,
        ),
        _text("status", "scored, unscored, error, timeout or limit."),
        _count("action_count", "Actions the agent took.", "actions"),
        Column(
            "human_minutes",
            "double",
            "Time a skilled human needs for the task.",
            unit="minutes",
            null="Null where it is not told.",
            rule=values.minutes,
        ),
        Column(
            "latency_seconds",
            "double",
            "Time the attempt took.",
            unit="seconds",
            null="Null where it is not told.",
            rule=values.seconds,
        ),
        _count("input_tokens", "Tokens the model read.", "tokens"),
        _count("output_tokens", "Tokens the model wrote.", "tokens"),
        Column(
            "cost_usd",
            "double",
            "What the attempt cost.",
            unit="US dollars",
            null="Null where it is not told.",
            rule=values.cost,
        ),
        Column(
            "started_at",
            "varchar",
            "When the attempt began, in UTC, as YYYY-MM-DD HH:MM:SS.",
            null="Null where it is not told.",
            rule=values.started_at,
        ),
        Column(
            "attributes",
            "json",
            "All other columns of the row, as text by name.",
            null="Null without any.",
        ),
    ),
)
TABLE_COLUMNS = RawTable(
    name="raw.table_columns",
    key=("name",),
    comment="One row per file and column of a table of attempts.",
    columns=(
        Column("line", "bigint", "Which column of the table it is, from 1."),
        Column("name", "varchar", "The column's name, as written."),
        Column(
            "taken_for",
            "varchar",
            "The column of raw.table_attempts that its values are in.",
        ),
    ),
    has_records=False,
)
TABLES = (TABLE_ATTEMPTS, TABLE_COLUMNS)
