"""Simulated ratings and deltas, put through the SQL of the views as it was compiled."""

import re
from pathlib import Path

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
    "inference/steps/int_correlation_scores",
    "inference/steps/int_correlation_intervals",
]
TASKS = 4  # of a family
ATTEMPTS = 5  # at a task
EASE = 0.8  # of the better model, in logits, and of the other its negative


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


def success_rates(ease: float, tilts: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-ease * (1 + tilts)))


def simulated_ratings(
    warehouse: Path, sets: int, families: int, ease: float, seed: int
) -> pd.DataFrame:
    """Return the intervals of two models' strengths in each of `sets` data sets.

    Each model tries each task once. A family's tilt makes the better one better or
    worse at all of its tasks.
    """
    draw = np.random.default_rng(seed)
    tilts = draw.normal(size=(sets, families, 1))
    rows = [
        (
            f"set{index[0]:04}",
            f"family{index[1]}",
            f"task{index[1]}_{index[2]}",
            model,
            int(success),
        )
        for model, sign in (("better", 1), ("worse", -1))
        for index, success in np.ndenumerate(
            draw.random((sets, families, TASKS)) < success_rates(sign * ease, tilts)
        )
    ]
    columns = ["source", "task_family", "task_id", "model", "success_count"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        success_rule="reported",
        benchmark="simulated",
        population="capability",
        attempt_count=1,
    )
    return through_views(
        warehouse,
        RATINGS,
        int_model_tasks_counted=frame,
        best_evaluations=pd.DataFrame({"repeats": [], "source": []}, dtype=str),
    )


def true_strength(ease: float) -> float:
    """Half the log odds with which the better model wins; a tie is half a win."""
    tilts = np.random.default_rng(1).normal(size=1_000_000)
    better, worse = success_rates(ease, tilts), success_rates(-ease, tilts)
    wins = (
        better * (1 - worse) + (better * worse + (1 - better) * (1 - worse)) / 2
    ).mean()
    return float(np.log(wins / (1 - wins)) / 2)


def simulated_deltas(
    warehouse: Path, sets: int, families: int, seed: int
) -> pd.DataFrame:
    """Return the summaries of `sets` data sets whose deltas have the median 0.

    A family's deltas vary as much between families as inside one.
    """
    draw = np.random.default_rng(seed)
    shape = (sets, families, TASKS)
    deltas = draw.normal(size=(sets, families, 1)) + draw.normal(size=shape)
    rows = [
        (set_number + 1, set_number * families + family + 1, task, delta)
        for (set_number, family, task), delta in np.ndenumerate(deltas)
    ]
    columns = ["summary_number", "cluster_number", "task_key", "action_delta"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.assign(
        success_rule="reported",
        population="all",
        source="set" + frame.summary_number.astype(str),
        grain="task",
        cluster_count=families,
        is_drawn=20 <= families <= 200,
        cluster_key="family" + frame.cluster_number.astype(str),
        task_key=frame.cluster_number.astype(str) + "/" + frame.task_key.astype(str),
    )
    return through_views(warehouse, DELTAS, int_action_delta_pairs=frame)


def simulated_correlations(
    warehouse: Path, sets: int, families: int, seed: int
) -> pd.DataFrame:
    """Return intervals of rank correlations of action count and score that are 0.

    Families and tasks differ in both, and in human minutes, each by itself.
    """
    draw = np.random.default_rng(seed)
    shape = (sets, families, TASKS, ATTEMPTS)

    def uneven() -> np.ndarray:
        return (
            draw.normal(size=(*shape[:2], 1, 1))
            + draw.normal(size=(*shape[:3], 1))
            + draw.normal(size=shape)
        )

    actions, scores = np.exp(2 + uneven()).round(), uneven() > 0
    minutes = np.exp(uneven()[..., :1] + np.zeros(shape)).round(3)
    number, family, task, _ = (index.ravel() for index in np.indices(shape))
    frame = pd.DataFrame(
        {
            "source": pd.Series(number).map("set{:04}".format),
            "task_family": pd.Series(family).map("family{}".format),
            "task_id": pd.Series(family * TASKS + task).map("task{}".format),
            "action_count": actions.ravel().astype(int),
            "score": scores.ravel().astype(float),
            "human_minutes": minutes.ravel(),
            "attempt_id": (
                pd.Series(number).astype(str)
                + "/"
                + pd.Series(np.arange(len(number))).astype(str)
            ),
        }
    )
    return through_views(
        warehouse,
        CORRELATIONS,
        attempts=frame.assign(benchmark="simulated", population="capability"),
    ).query("population == 'capability'")


def share_that_holds(intervals: pd.DataFrame, truth: float) -> float:
    """Return the share of intervals that hold the truth; a null one does not."""
    return float(((intervals.ci_low <= truth) & (truth <= intervals.ci_high)).mean())
