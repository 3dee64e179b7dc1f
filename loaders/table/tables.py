"""The raw tables of tables of attempts."""

from loaders.contract.columns import Column, RawTable

_ROW = "Row of the table, from 1; the header is not counted. In JSON lines the line."
_NOT_GIVEN = "Null if the table does not give it."


def _text(name: str, meaning: str, null: str | None = None) -> Column:
    return Column(name, "varchar", meaning, null=null)


def _count(name: str, meaning: str, unit: str) -> Column:
    return Column(name, "bigint", meaning, unit=unit, null=_NOT_GIVEN)


def _amount(name: str, meaning: str, unit: str) -> Column:
    return Column(name, "double", meaning, unit=unit, null=_NOT_GIVEN)


TABLE_ATTEMPTS = RawTable(
    name="raw.table_attempts",
    key=(
        "benchmark",
        "evaluation",
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
        _text("benchmark", "The benchmark; the file's name if no column has it."),
        _text(
            "evaluation",
            "What distinguishes evaluations of an agent at a benchmark; empty where no "
            "column does.",
        ),
        _text("task_id", "The task, as written, in the one form that names have."),
        _text(
            "agent",
            "The agent; made of scaffold, model and effort if no column has it.",
        ),
        _text("model", "The model; the agent if no column has it."),
        _text("scaffold", "The scaffold; `unknown` if no column has it."),
        _text("effort", "The reasoning effort; `unknown` if no column has it."),
        _text("population", "The population; `capability` if no column has it."),
        _text("task_family", "Group of sibling tasks.", _NOT_GIVEN),
        _text(
            "attempt",
            "What distinguishes the attempts of an agent at a task, as written; "
            "several columns are joined with a slash, and a slash inside any but the "
            "last is %2F.",
            "Null where no column does: then a repeated row counts as a repeat.",
        ),
        Column(
            "score",
            "double",
            "0 to 1, after division by `--score-max`.",
            null="Null where the attempt has no score.",
        ),
        Column(
            "is_success",
            "boolean",
            "The table's own verdict.",
            null="Null where it has none, and where it is neither yes nor no.",
        ),
        _text("status", "scored, unscored, error, timeout or limit."),
        _count("action_count", "Actions the agent took.", "actions"),
        _amount("human_minutes", "Time a skilled human needs for the task.", "minutes"),
        _amount("latency_seconds", "Time the attempt took.", "seconds"),
        _count("input_tokens", "Tokens the model read.", "tokens"),
        _count("output_tokens", "Tokens the model wrote.", "tokens"),
        _count(
            "cache_read_tokens",
            "The part of input_tokens that came from a cache.",
            "tokens",
        ),
        _count("total_tokens", "Tokens of the attempt, as the table says.", "tokens"),
        _amount("cost_usd", "What the attempt cost.", "US dollars"),
        Column(
            "started_at",
            "varchar",
            "When the attempt began, in UTC, as YYYY-MM-DD HH:MM:SS.",
            null=_NOT_GIVEN,
        ),
        Column(
            "attributes",
            "json",
            "All other columns of the row, by name: text as written, lists and objects "
            "of JSON as they are.",
            null="Null without any.",
        ),
    ),
)
TABLE_COLUMNS = RawTable(
    name="raw.table_columns",
    key=("name", "taken_for"),
    comment="One row per file, column of a table of attempts and what it was taken for.",
    columns=(
        Column("line", "bigint", "Number of the row in the file's mapping, from 1."),
        Column(
            "name",
            "varchar",
            "The column's name, as written; with dots, a field inside of it; behind `=` "
            "the same text for all rows.",
        ),
        Column(
            "taken_for",
            "varchar",
            "What it was taken for; `attributes` where it has no meaning here.",
        ),
        Column(
            "looks_like",
            "varchar",
            "What a column among the attributes may have been meant for.",
            null="Null where its name is like none of the known ones.",
        ),
    ),
    has_records=False,
)
TABLE_FILES = RawTable(
    name="raw.table_files",
    key=("source",),
    comment="One row per table of attempts.",
    columns=(
        Column("line", "bigint", "1."),
        Column("source", "varchar", "What `--source` says; else `table`."),
        Column(
            "table_id",
            "varchar",
            "A hash of all its attempts: the same for one table in two formats.",
        ),
        Column(
            "preset",
            "varchar",
            "The shipped mapping that was used.",
            null="Null where columns were known by their names.",
        ),
        Column(
            "score_max",
            "double",
            "What scores were divided by.",
            null="Null where they were 0 to 1.",
        ),
    ),
    has_records=False,
)
TABLES = (TABLE_ATTEMPTS, TABLE_COLUMNS, TABLE_FILES)
