"""Simulated ratings, deltas, correlations and win rates, put through the SQL of the views as it was compiled."""

import functools
import re
from pathlib import Path

import coverage_grid
import duckdb
import numpy as np
import pandas as pd

from benchmarks import ratings

RATINGS = list(ratings.STEPS)
DELTAS = [
    "actions/steps/int_action_delta_draws",
    "actions/steps/int_action_delta_normal_intervals",
    "actions/action_delta_summary",
]
CORRELATIONS = [
    "actions/steps/int_rank_sums",
    "inference/steps/int_correlation_scores",
    "inference/steps/int_correlation_intervals",
]
WIN_RATES = [
    "leaderboard/steps/int_win_rate_intervals",
    "leaderboard/model_win_rates",
]
ATTEMPTS = 5  # at a task


def through_views(
    warehouse: Path, models: list[str], **inputs: pd.DataFrame
) -> pd.DataFrame:
    """Return what the last of `models` says of `inputs`.

    Each model is a table of a database in memory. Of `warehouse`, which was built,
    come the compiled SQL, the seeds and the columns of an input.
    """
    compiled = warehouse.parent / "target/compiled/evalhouse/models/marts"
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as built (read_only)")
    connection.execute("create schema seeds")
    for seed in ("t_quantiles", "summary_populations"):
        connection.execute(f"create table seeds.{seed} as from built.seeds.{seed}")
    connection.execute(
        "create table int_headline_choices as "
        "from built.intermediate.int_headline_choices limit 0"
    )
    for name, frame in inputs.items():
        schema = "intermediate" if name.startswith("int_") else "main"
        connection.register("frame", frame)
        connection.execute(
            f"create table {name} as from built.{schema}.{name} limit 0;"
            f"insert into {name} by name from frame"
        )
    for model in models:
        sql = (compiled / f"{model}.sql").read_text()
        sql = re.sub(r'"evalhouse"\."(intermediate|main)"\.', "", sql)
        sql = sql.replace('"evalhouse"."seeds"', "seeds")
        connection.execute(f"create table {model.split('/')[-1]} as {sql}")
    return connection.sql(f"from {models[-1].split('/')[-1]}").df()


def simulated_ratings(
    warehouse: Path, design: str, cells: list[tuple], sets: int, seed: int
) -> pd.DataFrame:
    """Return the strengths of the first of two models in `sets` data sets a cell.

    A cell is a name of REPEATS and the true rates of both models. `truth` is the
    strength that endless tasks would give.
    """
    draw = np.random.default_rng(seed)
    families = coverage_grid.DESIGNS[design]
    frames, truths = [], {}
    for number, (repeats, *rates) in enumerate(cells):
        drawn = coverage_grid.successes(design, repeats, rates, sets, draw)
        attempts, counts = drawn
        model, index, task = (each.ravel() for each in np.indices(counts.shape))
        frames.append(
            pd.DataFrame(
                {
                    "source": pd.Series(number * sets + index).map("set{:06}".format),
                    "task_family": families[task].astype(str),
                    "task_id": task.astype(str),
                    "model": np.array(["first", "second"])[model],
                    "attempt_count": attempts[task],
                    "success_count": counts.ravel(),
                }
            )
        )
        truths[number] = true_strength(design, repeats, tuple(rates))
    frame = pd.concat(frames).assign(
        success_rule="reported", benchmark="simulated", population="capability"
    )
    rows = through_views(
        warehouse,
        RATINGS,
        int_model_tasks_counted=frame,
        best_evaluations=pd.DataFrame({"repeats": [], "source": []}, dtype=str),
    )
    first = rows[rows.model == "first"]
    cell = first.source.str[3:].astype(int) // sets
    named = pd.DataFrame(cells, columns=["repeats", "rate_a", "rate_b"])
    return first.assign(cell=cell, truth=cell.map(truths)).join(named, on="cell")


@functools.cache
def true_strength(design: str, repeats: str, rates: tuple[float, float]) -> float:
    """Half the log odds with which the first wins a task; a tie is half a win."""
    if rates[0] == rates[1]:
        return 0
    draw = np.random.default_rng(1)
    _, (first, second) = coverage_grid.successes(design, repeats, rates, 4_000, draw)
    wins = ((first > second) + (first == second) / 2).mean()
    return float(np.log(wins / (1 - wins)) / 2)


def simulated_deltas(
    warehouse: Path,
    families: np.ndarray,
    sets: int,
    seed: int,
    is_whole: bool,
    is_drawn: bool = True,
) -> pd.DataFrame:
    """Return the summaries of `sets` data sets whose deltas have the median 0.

    `families` has the family of each task. Families' deltas vary as much as those
    inside one do; where `is_whole` they are rounded, so that many are 0. The tests need
    no draws, the intervals have them unless `is_drawn` is false.
    """
    draw = np.random.default_rng(seed)
    clusters, tasks = families.max() + 1, len(families)
    deltas = draw.normal(size=(sets, clusters))[:, families]
    deltas = deltas + draw.normal(size=(sets, tasks))
    set_number, task = (index.ravel() for index in np.indices(deltas.shape))
    cluster = set_number * clusters + families[task]
    frame = pd.DataFrame(
        {
            "summary_number": set_number + 1,
            "cluster_number": cluster + 1,
            "action_delta": (deltas.round() if is_whole else deltas).ravel(),
        }
    )
    frame = frame.assign(
        success_rule="reported",
        population="all",
        source=frame.summary_number.map("set{}".format),
        grain="task",
        cluster_count=clusters,
        is_drawn=is_drawn and 20 <= clusters <= 200,
        cluster_key=frame.cluster_number.map("family{}".format),
    )
    return through_views(warehouse, DELTAS, int_action_delta_pairs=frame)


def simulated_correlations(
    warehouse: Path, families: np.ndarray, sets: int, seed: int
) -> pd.DataFrame:
    """Return intervals of rank correlations of action count and score that are 0.

    Families and tasks differ in both, and in human minutes, each by itself.
    """
    draw = np.random.default_rng(seed)
    clusters, tasks = families.max() + 1, len(families)
    shape = (sets, tasks, ATTEMPTS)

    def uneven() -> np.ndarray:
        by_family = draw.normal(size=(sets, clusters))[:, families, None]
        return by_family + draw.normal(size=(sets, tasks, 1)) + draw.normal(size=shape)

    actions, scores = np.exp(2 + uneven()).round(), uneven() > 0
    minutes = np.exp(uneven()[..., :1] + np.zeros(shape)).round(3)
    number, task, _ = (index.ravel() for index in np.indices(shape))
    frame = pd.DataFrame(
        {
            "source": pd.Series(number).map("set{:04}".format),
            "task_family": families[task].astype(str),
            "task_id": task.astype(str),
            "action_count": actions.ravel().astype(int),
            "score": scores.ravel().astype(float),
            "human_minutes": minutes.ravel(),
            "attempt_id": np.arange(len(number)).astype(str),
        }
    )
    return through_views(
        warehouse,
        CORRELATIONS,
        attempts=frame.assign(benchmark="simulated", population="capability"),
    ).query("population == 'capability'")


def simulated_win_rates(
    warehouse: Path, design: str, rates: tuple[float, ...], sets: int, seed: int
) -> pd.DataFrame:
    """Return the win rates of models with these true rates in `sets` data sets.

    `truth` is the win rate that endless tasks would give.
    """
    draw = np.random.default_rng(seed)
    _, counts = coverage_grid.successes(design, "once", rates, sets, draw)
    model, number, task = (index.ravel() for index in np.indices(counts.shape))
    names = np.array([f"model{place}" for place in range(len(rates))])
    outcomes = pd.DataFrame(
        {
            "source": pd.Series(number).map("set{:04}".format),
            "model": names[model],
            "task_group": coverage_grid.DESIGNS[design][task].astype(str),
            "score": counts.ravel(),
        }
    ).assign(benchmark="simulated")
    outcomes["evaluation_id"] = outcomes.source + outcomes.model
    keys = ["source", "benchmark", "model", "evaluation_id"]
    cells = outcomes.groupby(keys).score.mean().reset_index(name="accuracy")
    by_source = cells.groupby("source").accuracy
    wins = (by_source.rank(method="min") - 1).astype(int)
    cells = cells.assign(
        repeats="best",
        basis="max_accuracy",
        coverage="all",
        scaffold="*",
        own_scaffold="*",
        wins=wins,
        ties=(by_source.rank(method="max") - 1).astype(int) - wins,
        comparisons=len(rates) - 1,
        win_rate=wins / (len(rates) - 1),
    )
    groups = outcomes.groupby([*keys, "task_group"]).score.agg(["size", "sum"])
    groups = groups.reset_index()

    def given(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
        return frame[["source", "benchmark", *names]]

    cell = ["repeats", "basis", "scaffold", "model"]
    rows = through_views(
        warehouse,
        WIN_RATES,
        int_win_rate_cells=given(cells, *cell, "own_scaffold", "accuracy"),
        int_repeated_evaluations=given(
            cells, "repeats", "scaffold", "model", "evaluation_id"
        ),
        int_win_rate_coverage=given(
            cells, *cell, "coverage", "wins", "ties", "comparisons", "win_rate"
        ),
        int_win_rate_groups=given(
            groups.rename(columns={"size": "attempt_count", "sum": "score_sum"}),
            "evaluation_id",
            "task_group",
            "attempt_count",
            "score_sum",
        ),
        int_win_rate_accuracy_draws=pd.DataFrame({"evaluation_id": []}, dtype=str),
    )
    ranks = np.argsort(np.argsort(rates))
    truths = dict(zip(names, ranks / (len(rates) - 1), strict=True))
    return rows.assign(truth=rows.model.map(truths))


def share_that_holds(intervals: pd.DataFrame, truth: float | pd.Series) -> float:
    """Return the share of intervals that hold the truth, of those that there are."""
    held = (intervals.ci_low <= truth) & (truth <= intervals.ci_high)
    return float(held[intervals.ci_low.notna()].mean())
