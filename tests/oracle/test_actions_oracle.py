"""Every view about attempts equals a second computation from the loaded rows.

The second computation is `oracle.py`; the rows are the sample's, the traps of
`traps.py` and `hal_traps.py`, a file of three runs in which most statistics are
undefined, and the real data where it is at hand.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import oracle
import pandas as pd
import pytest
from traps import write_traps

# Actions rank as difficulty does and nobody fails: no partial correlation, no
# correlation inside a task, no delta, no failure.
DEGENERATE = """\
fam:
  a:
    '1': {action_count: 1, agent: duet+4xo1p@main, human_minutes: 1, score: 0.1}
    '2': {action_count: 1, agent: duet+4xo1p@main, human_minutes: 1, score: 0.2}
  b:
    '3': {action_count: 2, agent: duet+4xo1p@main, human_minutes: 2, score: 0.3}
"""


@dataclass(frozen=True)
class Warehouse:
    """A built warehouse, read-only, and what its loaded rows amount to."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    core: oracle.Core

    def rows(self, view: str) -> pd.DataFrame:
        """Return the rows of a view that the oracle computes too."""
        return self.connection.sql(f"from {view} where source in {oracle.SOURCES}").df()

    def differences(self, view: str) -> list[str]:
        """Return how a view differs from the second computation of it."""
        expected = oracle.EXPECTED[view]
        return oracle.differences(self.rows(view), expected.of(self.core), expected.key)


@pytest.fixture(scope="module")
def traps_warehouse(
    warehouse_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A warehouse of the trap files."""
    return warehouse_of(*write_traps(tmp_path_factory.mktemp("traps")))


@pytest.fixture(scope="module")
def degenerate_warehouse(
    warehouse_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A warehouse of three runs in which most statistics are undefined."""
    path = tmp_path_factory.mktemp("degenerate") / "degenerate.yaml"
    path.write_text(DEGENERATE)
    return warehouse_of(path)


@pytest.fixture(
    scope="module", params=["sample", "traps", "hal_traps", "degenerate", "real"]
)
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """Each warehouse in turn."""
    path = request.getfixturevalue(f"{request.param}_warehouse")
    with duckdb.connect(path, read_only=True) as connection:
        yield Warehouse(path, connection, oracle.core_of(connection))


def test_attempts_are_the_loaded_rows(warehouse: Warehouse):
    expected = warehouse.core.attempts.drop(columns=["framework", "match_rule"])
    actual = warehouse.rows("attempts")
    assert not oracle.differences(actual, expected, ["attempt_id"])


@pytest.mark.parametrize("view", oracle.EXPECTED)
def test_view_equals_the_second_computation(warehouse: Warehouse, view: str):
    assert not warehouse.differences(view)


def test_no_number_is_nan_or_infinite(warehouse: Warehouse):
    # pandas shows null and NaN alike, so the comparison cannot tell them apart.
    for view in oracle.EXPECTED:
        for name, kind, *_ in warehouse.connection.execute(
            f"describe {view}"
        ).fetchall():
            if kind == "DOUBLE":
                assert not warehouse.connection.execute(
                    f"from {view} where not isfinite({name})"
                ).fetchall(), f"{view}.{name}"


@pytest.mark.parametrize("max_tasks", [None, 40])
def test_interval_agrees_with_numpy_resampling_tasks(
    warehouse: Warehouse, max_tasks: int | None
):
    """As built, and with nothing drawn over more than 40 families."""
    summaries = warehouse.rows("action_delta_summary")
    if max_tasks is not None:
        summaries = without_draws(warehouse, summaries, max_tasks)
    # 1,000 replicates give a quantile's level with this standard error, and the
    # interval's ends must lie within four of them.
    level_error = 4 * math.sqrt(0.025 * 0.975 / 1000)
    deltas = {
        grain: compute(warehouse.core.attempts)
        for grain, compute in oracle.DELTAS.items()
    }
    for row in summaries.itertuples():
        of_grain = deltas[row.grain]
        chosen = of_grain[
            (of_grain.success_rule == row.success_rule)
            & (of_grain.population == row.population)
            & (of_grain.source == row.source)
        ]
        # The deltas of one family come together.
        chosen = oracle.with_clusters(chosen, warehouse.core.attempts)
        clusters = [
            group.action_delta.to_numpy() for _, group in chosen.groupby("cluster")
        ]
        has_spread = chosen.action_delta.nunique() > 1
        if len(clusters) < 2 or len(chosen) < 5 or not has_spread:
            assert math.isnan(row.ci_low)
            assert math.isnan(row.ci_high)
            continue
        if max_tasks is not None and len(clusters) <= max_tasks:
            continue
        if len(clusters) < 20:
            low, high = ends_by_sign_sums(clusters)
            if row.sign_test_p > 0.05:
                low, high = min(low, 0), max(high, 0)
            assert (row.ci_low, row.ci_high) == (low, high), row
            continue
        draws = np.random.default_rng(7).integers(
            len(clusters), size=(4000, len(clusters))
        )
        medians = medians_of(clusters, draws)
        for end, level in ((row.ci_low, 0.025), (row.ci_high, 0.975)):
            if end == 0 and row.sign_test_p > 0.05:
                continue
            low, high = np.quantile(medians, [level - level_error, level + level_error])
            assert low <= end <= high, row


def medians_of(clusters: list[np.ndarray], draws: np.ndarray) -> np.ndarray:
    """The median of each draw's clusters taken together."""
    values = np.concatenate(clusters)
    order = values.argsort()
    cluster = np.repeat(range(len(clusters)), [len(own) for own in clusters])[order]
    # How often each draw has each of the values, in their order.
    times = np.stack([np.bincount(draw, minlength=len(clusters)) for draw in draws])
    reached = times[:, cluster].cumsum(axis=1)
    ranks = (reached[:, -1:] + np.array([-1, 0])) // 2
    low, high = ((reached <= rank[:, None]).sum(axis=1) for rank in ranks.T)
    return (values[order][low] + values[order][high]) / 2


def ends_by_sign_sums(clusters: list[np.ndarray]) -> tuple[float, float]:
    """The values between which a normal test of the sign sums leaves the median."""
    values = np.unique(np.concatenate(clusters))
    low, high = [], []
    for value in values:
        sums = np.array([np.sign(value - cluster + 1e-9).sum() for cluster in clusters])
        half_width = 1.959963984540054 * math.sqrt((sums**2).sum())
        if sums.sum() >= -half_width:
            low.append(value)
        if sums.sum() > half_width:
            high.append(value)
    return low[0], high[0] if high else values[-1]


def compiled_steps(warehouse: Warehouse) -> dict[str, str]:
    """The SQL of the steps of action_delta_summary as the warehouse was built."""
    folder = warehouse.path.parent / "target/compiled/evalhouse/models/marts/actions"
    return {
        name: (folder / "steps" / f"int_action_delta_{name}.sql").read_text()
        for name in ("pairs", "draws", "normal_intervals")
    }


def without_draws(
    warehouse: Warehouse, summaries: pd.DataFrame, max_tasks: int
) -> pd.DataFrame:
    """The summaries with the intervals of another `bootstrap_max_tasks`."""
    steps = compiled_steps(warehouse)
    assert steps["pairs"].count("and 200 as is_drawn") == 1
    pairs = warehouse.connection.sql(
        steps["pairs"].replace("and 200 as is_drawn", f"and {max_tasks} as is_drawn")
    ).df()
    table = '"evalhouse"."intermediate"."int_action_delta_pairs"'
    assert table in steps["normal_intervals"]
    intervals = duckdb.sql(steps["normal_intervals"].replace(table, "pairs")).df()
    key = ["success_rule", "population", "source", "grain"]
    numbers = pairs[[*key, "summary_number"]].drop_duplicates()
    summaries = summaries.drop(columns=["ci_low", "ci_high"]).merge(numbers, on=key)
    return summaries.merge(intervals, on="summary_number", how="left")


@pytest.mark.parametrize("threads", [1, 4])
def test_bootstrap_is_the_same_on_every_build_and_thread_count(
    warehouse: Warehouse, threads: int
):
    cursor = warehouse.connection.cursor()
    for name, sql in compiled_steps(warehouse).items():
        if name == "pairs":
            continue
        order = "order by summary_number"
        step = f"intermediate.int_action_delta_{name}"
        built = cursor.execute(f"from {step} {order}").fetchall()
        cursor.execute(f"set threads = {threads}")
        again = cursor.execute(f"from ({sql}) {order}").fetchall()
        cursor.execute("reset threads")
        assert built == again


# ------------------------------------------------ do the traps snap shut?


THRESHOLDS = [
    ("task_action_deltas", "MIN_OUTCOMES_PER_TASK"),
    ("task_model_action_deltas", "MIN_OUTCOMES_PER_TASK_MODEL"),
    ("model_action_deltas", "MIN_PAIRS_PER_MODEL"),
    ("model_summary", "MAJOR_MODEL_ATTEMPTS"),
    ("shared_task_model_summary", "MIN_SHARED_MODELS"),
    ("success_by_action_bin", "MAJOR_MODEL_ATTEMPTS"),
    ("success_by_action_bin", "MIN_ATTEMPTS_PER_BIN"),
    ("success_by_action_bin", "MIN_BINS_PER_MODEL"),
    ("agent_failure_profiles", "MIN_FAILURES_PER_AGENT"),
    ("high_action_failures", "HIGH_ACTION_MULTIPLE"),
    ("high_action_failures", "HIGH_ACTION_FLOOR"),
    ("grinding_tasks", "GRINDING_ACTIONS"),
    ("extreme_failures", "EXTREME_ACTIONS"),
    ("action_limit_checks", "LIMIT_NEIGHBOURS"),
]


def exact_decile_edges(values: pd.Series) -> np.ndarray:
    """Return decile edges as fractions give them, without numpy's grid."""
    ordered = sorted(Fraction(value) for value in values)
    edges = set()
    for tenth in range(11):
        whole, part = divmod(Fraction(tenth * (len(ordered) - 1), 10), 1)
        upper = ordered[min(whole + 1, len(ordered) - 1)]
        edges.add(ordered[whole] + (upper - ordered[whole]) * part)
    return np.array(sorted(float(edge) for edge in edges))


def model_by_regex(agent: str, rules: pd.DataFrame) -> tuple[str, str | None]:
    """Return the model where a dot in a rule stands for any character."""
    matches = (rule for rule in rules.itertuples() if re.search(rule.text, agent))
    rule = next(matches, None)
    return (rule.model, f"{rule.position}: {rule.text}") if rule else ("unknown", None)


OTHER_READINGS = {
    "edges without numpy's grid": (
        "success_by_action_bin",
        "decile_edges",
        exact_decile_edges,
    ),
    "linear p95": (
        "agent_failure_profiles",
        "nearest_rank",
        lambda values, q: np.quantile(values.astype(float), q),
    ),
    "nearest rank, halves to even": (
        "agent_failure_profiles",
        "nearest_rank",
        lambda values, q: sorted(values)[round((len(values) - 1) * q)],
    ),
    "nearest rank of the textbook": (
        "agent_failure_profiles",
        "nearest_rank",
        lambda values, q: sorted(values)[math.ceil(len(values) * q) - 1],
    ),
    "safety words in lower case only": (
        "agents",
        "population_of",
        lambda agent, keywords: (
            "safety" if any(word in agent for word in keywords) else "capability"
        ),
    ),
    "framework anywhere": (
        "agents",
        "framework_of",
        lambda agent, rules: next(
            (rule.framework for rule in rules.itertuples() if rule.text in agent),
            "unknown",
        ),
    ),
    "model by regular expression": ("agents", "model_of", model_by_regex),
}


@pytest.fixture(scope="module")
def trap_rows(traps_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the trap files' warehouse."""
    with duckdb.connect(traps_warehouse, read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize(("view", "threshold"), THRESHOLDS)
def test_traps_stand_on_both_sides_of_a_threshold(
    trap_rows: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    view: str,
    threshold: str,
    step: int,
):
    other = getattr(oracle, threshold) + step
    assert differences_if(trap_rows, monkeypatch, view, threshold, other)


@pytest.mark.parametrize("reading", OTHER_READINGS)
def test_traps_tell_readings_apart(
    trap_rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, reading: str
):
    assert differences_if(trap_rows, monkeypatch, *OTHER_READINGS[reading])


def differences_if(
    connection: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    view: str,
    name: str,
    other: Any,
) -> list[str]:
    """Return how a view would differ if `name` in the oracle were `other`."""
    right = computed(connection, view)
    monkeypatch.setattr(oracle, name, other)
    changed = computed.__wrapped__(connection, view)
    return oracle.differences(changed, right, oracle.EXPECTED[view].key)


@functools.cache
def computed(connection: duckdb.DuckDBPyConnection, view: str) -> pd.DataFrame:
    """Return a view as the oracle makes it of the loaded rows."""
    return oracle.EXPECTED[view].of(oracle.core_of(connection))
