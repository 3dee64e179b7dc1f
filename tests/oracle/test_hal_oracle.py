"""HAL traces are read as the words say: copies of a run, rules, and their views.

`test_actions_oracle.py` compares every view with a second computation on the traces
of `hal_traps.py`; here it is checked that these traces tell other readings apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import oracle
import oracle_hal
import pytest
from hal_traps import REPEATS

KINDS = ("reduced", "times", "usage", "zipped")
DISPUTES = (
    "accuracy",
    "agent",
    "benchmark",
    "cost",
    "effort",
    "model",
    "no_accuracy",
    "no_cost",
)
# Why an Actions view has no HAL row in the sample.
WITHOUT_HAL = {
    "task_family_summary": "HAL has no families",
    "shared_tasks": "the comparison models are METR's",
    "shared_task_model_summary": "likewise",
    "task_model_action_deltas": "no model tries a task four times",
    "model_action_deltas": "likewise",
}


@pytest.fixture(scope="module")
def views(hal_traps_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the trap traces' warehouse."""
    with duckdb.connect(hal_traps_warehouse, read_only=True) as connection:
        yield connection


# ---------------------------------------------------- copies of one run


def kept_files(views: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the name of the file that each evaluation came from, by run id."""
    rows = views.sql(
        "select evaluation_id, path from evaluations inner join load_report"
        " using (file_id)"
    ).fetchall()
    return {key.removeprefix("hal:"): Path(path).name for key, path in rows}


def file_ids(views: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the file id of each loaded file, by name."""
    rows = views.sql("select path, file_id from load_report").fetchall()
    return {Path(path).name: file_id for path, file_id in rows}


@pytest.mark.parametrize(
    ("kind", "fuller", "lesser"),
    [
        ("reduced", "full", "headline"),
        ("times", "more", "less"),
        ("usage", "more", "less"),
    ],
)
def test_the_most_complete_copy_counts_in_any_order(views, kind, fuller, lesser):
    kept, ids = kept_files(views), file_ids(views)
    orders = Counter()
    for number in REPEATS:
        name = f"{kind}_{number}"
        full, other = (f"{name}_{end}_UPLOAD.json" for end in (fuller, lesser))
        assert kept[name] == full
        orders[ids[full] < ids[other]] += 1
    assert len(orders) == 2


def test_of_equal_copies_the_first_by_file_counts(views):
    kept, ids = kept_files(views), file_ids(views)
    pairs = {"equal": ("equal_1_UPLOAD.json", "equal_2_UPLOAD.json")} | {
        name: (f"{name}_UPLOAD.json", f"{name}_UPLOAD.zip")
        for name in (f"zipped_{number}" for number in REPEATS)
    }
    for name, pair in pairs.items():
        assert kept[name] == min(pair, key=ids.get)
    assert {Path(kept[name]).suffix for name in pairs} == {".json", ".zip"}


def test_a_trace_twice_in_one_zip_counts_once(views):
    (counts,) = views.sql(
        "select count(*), count(distinct attempt_id) from attempts"
        " where evaluation_id = 'hal:zipped_twice'"
    ).fetchall()
    assert counts == (3, 3)


def test_of_disputed_copies_none_counts_and_each_is_named(views):
    for view in ("evaluations", "attempts"):
        assert not views.sql(
            f"from {view} where evaluation_id like 'hal:disputed%'"
        ).fetchall()
    found = views.sql(
        "select subject, finding_code, severity from data_findings"
        " where finding_code like '%_evaluation_id'"
    ).fetchall()
    repeats = {f"{kind}_{n}" for n in REPEATS for kind in KINDS}
    kept = {"equal", "zipped_twice"} | repeats
    disputes = {f"disputed_{what}" for what in DISPUTES}
    assert set(found) == {
        (f"hal:{name}", "duplicate_evaluation_id", "note") for name in kept
    } | {(f"hal:{name}", "conflicting_evaluation_id", "error") for name in disputes}
    assert len(found) == len(kept) + len(disputes)


# -------------------------------------------- do the traps snap shut?


def configured_effort(trace: oracle_hal.Trace, seeds: oracle_hal.Seeds) -> Any:
    """Return the configured effort, whatever the agent's name or a hand says."""
    return oracle_hal.configured_effort(trace)


def effort_by_name_first(trace: oracle_hal.Trace, seeds: oracle_hal.Seeds) -> Any:
    """Return the effort in the agent's name, else the configured one."""
    by_name = oracle_hal.effort_in_name(trace, seeds)
    return by_name or oracle_hal.configured_effort(trace)


def effort_in_a_word(trace: oracle_hal.Trace) -> Any:
    """Return the effort that is configured as a word, and no budget of tokens."""
    return trace.head["reasoning_effort"]


def headline_without(part: int) -> property:
    """Return a headline that leaves one of its parts out."""
    whole = oracle_hal.Trace.headline.fget
    return property(lambda trace: whole(trace)[:part] + whole(trace)[part + 1 :])


def detail_count(*names: str) -> property:
    """Return a fullness that counts these rows only."""
    return property(lambda trace: sum(len(getattr(trace, name)) for name in names))


def scaffold_anywhere(
    agent: str, _benchmark: str, rules: Any
) -> tuple[str, str | None]:
    """Return the scaffold whose prefix stands anywhere in the name."""
    for rule in rules.itertuples():
        if rule.prefix in agent.lower():
            return rule.scaffold, f"{rule.position}: {rule.prefix}"
    return agent, None


def scaffold_in_its_own_case(
    agent: str, _benchmark: str, rules: Any
) -> tuple[str, str | None]:
    """Return the scaffold whose prefix begins the name as written."""
    for rule in rules.itertuples():
        if agent.startswith(rule.prefix):
            return rule.scaffold, f"{rule.position}: {rule.prefix}"
    return agent, None


TRACE = oracle_hal.Trace
OTHER_READINGS = {
    **{
        f"headline without its part {part}": (TRACE, "headline", headline_without(part))
        for part in range(6)
    },
    **{
        f"fullness without {left_out}": (
            TRACE,
            "detail_count",
            detail_count(*(name for name in oracle_hal.TABLES if name != left_out)),
        )
        for left_out in ("latencies", "usage")
    },
    "the first copy by file": (TRACE, "detail_count", 0),
    "parents count as calls": (
        TRACE,
        "leaf_calls",
        property(lambda trace: trace.calls),
    ),
    "the cost outside of the results first": (
        TRACE,
        "cost",
        property(lambda trace: trace.head["trace_total_cost"]),
    ),
    "metrics in another order": (
        oracle_hal,
        "ACCURACY_METRICS",
        oracle_hal.ACCURACY_METRICS[::-1],
    ),
    "a provider is part of the name": (
        oracle_hal,
        "without_provider",
        lambda name: name,
    ),
    "all before the last slash goes": (
        oracle_hal,
        "without_provider",
        lambda name: name and name.split("/")[-1],
    ),
    "no default effort": (oracle_hal, "default_effort", lambda model, seeds: None),
    "one default effort for all": (
        oracle_hal,
        "default_effort",
        lambda model, seeds: "medium",
    ),
    "no budgets of tokens": (oracle_hal, "configured_effort", effort_in_a_word),
    "the configured effort alone": (oracle_hal, "effort_of", configured_effort),
    "the agent's name before its configuration": (
        oracle_hal,
        "effort_of",
        effort_by_name_first,
    ),
    "a study's exclusions for all runs": (
        oracle,
        "study_evaluations",
        lambda core: defaultdict(lambda: {"hal-analysis"}),
    ),
    "nothing is perturbed": (oracle_hal, "is_perturbed", lambda trace, seeds: False),
    "no corrections": (oracle_hal, "corrections", lambda trace, seeds: {}),
    "a scaffold's prefix anywhere": (oracle_hal, "scaffold_of", scaffold_anywhere),
    "a scaffold's prefix in its own case": (
        oracle_hal,
        "scaffold_of",
        scaffold_in_its_own_case,
    ),
    "latencies are never numbered": (
        oracle_hal,
        "is_numbered",
        lambda trace: False,
    ),
    "digits are always numbers of latencies": (
        oracle_hal,
        "is_numbered",
        lambda trace: all(row["task_id"].isdigit() for row in trace.latencies),
    ),
}
READ = ("attempts", "evaluations", "agents", "cost_reconciliation")


@pytest.fixture(scope="module")
def right(views) -> dict[str, Any]:
    """What the oracle makes of the traps by the words."""
    return dict(computed(views))


@pytest.mark.parametrize("reading", OTHER_READINGS)
def test_traps_tell_readings_apart(views, right, monkeypatch, reading):
    monkeypatch.setattr(*OTHER_READINGS[reading])
    assert any(
        oracle.differences(other, right[view], key_of(view))
        for view, other in computed(views)
    )


def computed(views: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Any]]:
    """Yield what the oracle makes of the traps, view by view."""
    core = oracle.core_of(views)
    yield "attempts", core.attempts
    for view in READ[1:]:
        yield view, oracle.EXPECTED[view].of(core)


def key_of(view: str) -> list[str]:
    """Return the columns that identify a view's rows."""
    return ["attempt_id"] if view == "attempts" else list(oracle.EXPECTED[view].key)


# --------------------------------------------- the sample and the marts


def test_every_actions_view_that_can_has_hal_rows(sample_views):
    folder = oracle.REPOSITORY / "models" / "marts" / "actions"
    names = {path.stem for path in folder.glob("*.sql")}
    empty = {
        name
        for name in names
        if not sample_views.sql(f"from {name} where source = 'hal' limit 1").fetchall()
    }
    assert empty == set(WITHOUT_HAL)


@pytest.mark.parametrize("population", ["all", "capability"])
def test_every_summary_of_a_population_has_hal_rows(sample_views, population):
    names = sample_views.sql(
        "select table_name from duckdb_columns() where column_name = 'population'"
        " and schema_name = 'main'"
    ).fetchall()
    folder = oracle.REPOSITORY / "models" / "marts" / "actions"
    summaries = {name for (name,) in names if (folder / f"{name}.sql").is_file()}
    # Its population is the attempt's own.
    for name in summaries - set(WITHOUT_HAL) - {"extreme_failures"}:
        assert sample_views.execute(
            f"from {name} where source = 'hal' and population = ? limit 1",
            [population],
        ).fetchall(), name


def test_an_exclusion_has_its_reason(views):
    rows = views.sql(
        "select evaluation_id, model, is_excluded from evaluations"
        " where regexp_matches(model, '^(o1|gpt-4o|unknown)')"
    ).fetchall()
    assert {(name, model) for name, model, is_excluded in rows if is_excluded} - {
        ("hal:effort_6", "unknown"),
        ("hal:effort_7", "unknown"),
    } == {
        ("hal:taubench_airline_1743994890", "o1-2024-12-17"),
        ("hal:without_id", "gpt-4o-2024-11-20"),
    }
    # A name that contains it, another result, another run.
    assert {(name, model) for name, model, is_excluded in rows if not is_excluded} == {
        ("hal:corebench_hard_coreagent_1744752123", "o1-2024-12-17 minimal"),
        ("hal:taubench_airline_1744000536", "o1-2024-12-17"),
        ("hal:effort_8", "o1-2024-12-17"),
        ("hal:without_id_dearer", "gpt-4o-2024-11-20"),
    }
    assert not views.sql(
        "from evaluations where is_excluded <> (exclusion_reason is not null)"
    ).fetchall()
