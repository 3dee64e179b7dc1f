"""Shared by the leaderboard's figures: which models they show, how, and the hull."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from plots.figure import Answer
from plots.palette import BLACK, GREY, MODEL_MARKERS, model_color
from plots.text import count, shorten, some

MODEL_LIMIT = 15
LEADER_LIMIT = 5  # the first of each ranking are always shown
BENCHMARK_LIMIT = 12
NAME_WIDTH = 36
# How a model's repeated evaluations count: the source's own choice.
REPEATS = (
    "(select max(repeats) from best_evaluations where source = $source and is_headline)"
)
# That choice in words: how a model counts, what a point is, and what its accuracy and
# cost are of.
EACH = {
    "best": "each model by its most accurate evaluation",
    "mean": "each model by the mean of its evaluations",
}
POINTS = {"best": "best evaluations", "mean": "means of evaluations"}
MEASURED = {
    "best": "the model's best evaluation",
    "mean": "the model's evaluations (mean)",
}
SHOWN = f"""
    considered as (
        select benchmark, model
        from evaluations
        where source = $source and not is_excluded
    ),

    leaders as (
        select model, min(place) as best_rank
        from (
            select
                model,
                row_number() over (
                    partition by basis, coverage order by rank, model
                ) as place
            from model_win_rates
            where source = $source and repeats = {REPEATS} and rank is not null
            union all
            select
                model,
                row_number() over (order by published_rank, model) as place
            from win_rate_corrections
            where source = $source and published_rank is not null
        )
        where place <= {LEADER_LIMIT}
        group by model
    ),

    models as (
        select *, row_number() over (order by model) - 1 as place
        from (
            select
                considered.model,
                count(*) as evaluation_count,
                count(*) over () as model_count
            from considered
            left join leaders
                on considered.model = leaders.model
            group by considered.model
            -- The first in any ranking stay; the room that is left is for the
            -- models with the most evaluations.
            order by
                coalesce(min(leaders.best_rank), {LEADER_LIMIT} + 1),
                evaluation_count desc,
                considered.model
            limit {MODEL_LIMIT}
        )
    ),

    benchmarks as (
        select
            benchmark,
            count(*) as evaluation_count,
            count(*) over () as benchmark_count
        from considered
        group by benchmark
        order by evaluation_count desc, benchmark
        limit {BENCHMARK_LIMIT}
    )
"""
LEADERS_QUERY = """
    with ranked as (
        select *, row_number() over (order by rank, model) as place
        from model_win_rates
        where
            source = $source and repeats = {repeats} and basis = '{basis}'
            and coverage = 'all'
            and rank is not null
            and 2 * benchmark_count >= (
                select max(benchmark_count)
                from model_win_rates
                where source = $source and repeats = {repeats}
            )
    )

    select
        first.model as first,
        100 * first.overall_win_rate as first_percent,
        first.comparisons::bigint as comparisons,
        first.benchmark_count as benchmark_count,
        second.model as second,
        100 * second.overall_win_rate as second_percent,
        second.comparisons::bigint as second_comparisons,
        ({other_leader}) as other_leader
    from ranked as first
    inner join ranked as second on second.place = 2
    where first.place = 1
"""
LEADERS = (
    "Of the models that ran at least half as many benchmarks as any, "
    "`{first}` leads with {first_percent:.1f} % of n = {comparisons:,} comparisons on "
    "{benchmark_count} benchmarks, before `{second}` with {second_percent:.1f} % of "
    "{second_comparisons}"
)
SHARED_LEADER = f"""
            select arg_min(model, (rank, model))
            from model_win_rates
            where
                source = $source and repeats = {REPEATS} and basis = 'max_accuracy'
                and coverage = 'shared'
                and 2 * benchmark_count >= (
                    select max(benchmark_count)
                    from model_win_rates
                    where source = $source and repeats = {REPEATS}
                )
"""
PUBLISHED_LEADER = """
            select arg_min(model, (published_rank, model))
            from win_rate_corrections
            where
                source = $source
                and 2 * benchmark_count >= (
                    select max(benchmark_count)
                    from win_rate_corrections
                    where source = $source
                )
"""
# Who wins by accuracy or by frontier distance is asked by a figure of cells
# and by one of bars: they share the answer.
ACCURACY_LEADERS = Answer(
    LEADERS_QUERY.format(
        repeats=REPEATS, basis="max_accuracy", other_leader=SHARED_LEADER
    ),
    f"{LEADERS}.",
    more="On the benchmarks that every model ran `{other_leader}` leads.",
)
# The published numbers are of the best evaluations, so those beside them are too.
FRONTIER_LEADERS = Answer(
    LEADERS_QUERY.format(
        repeats="'best'", basis="frontier_distance", other_leader=PUBLISHED_LEADER
    ),
    f"{LEADERS}; with one benchmark's distance for all of them "
    "`{other_leader}` would lead.",
)
# Around an efficient point; an edge would not show on every marker.
RING = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 14,
    "markerfacecolor": "none",
    "markeredgecolor": BLACK,
    "markeredgewidth": 1,
}


def shown_of(frame: pd.DataFrame, noun: str) -> str:
    """Return how many models or benchmarks a frame shows, and out of how many."""
    shown, existing = frame[noun].nunique(), frame[f"{noun}_count"].max()
    limit = {"model": MODEL_LIMIT, "benchmark": BENCHMARK_LIMIT}[noun]
    which = "with a value to draw"
    if existing > limit:
        which = "with most evaluations"
        if noun == "model":
            which = "the first of each ranking and those with most evaluations"
    return some(shown, existing, noun, which)


def spans_decades(values: pd.Series) -> bool:
    """Return whether the greatest value is ten times the least, zeros aside."""
    positive = values[values > 0]
    return bool(positive.max() >= 10 * positive.min())


def model_style(place: float, name: str | None = None) -> dict[str, str | float]:
    """Return how a model is marked, the same in every figure; a palette can name it."""
    style = {"color": GREY, "marker": "."}
    if not pd.isna(place):
        style = {
            "color": model_color(int(place), name),
            "marker": MODEL_MARKERS[int(place) % len(MODEL_MARKERS)],
        }
    return style | {
        "linestyle": "none",
        "markersize": 11 if style["marker"] == "*" else 8,
        "markeredgecolor": "white",
        "markeredgewidth": 0.5,
    }


def draw_points(axes: Axes, points: pd.DataFrame, y: str) -> np.ndarray:
    """Draw the hull and a marker per model; return the hull's rows of x, y."""
    hull = hull_line(points[points["is_on_hull"].astype(bool)], y)
    axes.plot(*hull.T, color=GREY, linewidth=1.2, zorder=1)
    for row in points.itertuples():
        axes.plot(
            row.x,
            getattr(row, y),
            **model_style(row.place, row.model),
        )
    efficient = points[points["is_pareto_efficient"].astype(bool)]
    axes.plot(efficient["x"], efficient[y], **RING)
    return hull


def hull_line(vertices: pd.DataFrame, y: str) -> np.ndarray:
    """Return the straight lines between the vertices, which bend on a log axis."""
    corners = vertices.drop_duplicates(["x", y]).sort_values("x")
    if corners.empty:
        return np.empty((0, 2))  # No evaluation of the benchmark has an x.
    steps = np.interp(
        np.linspace(0, len(corners) - 1, 400 * (len(corners) - 1) + 1),
        range(len(corners)),
        corners["x"],
    )
    return np.column_stack([steps, np.interp(steps, corners["x"], corners[y])])


def frontier_handles() -> list[Line2D]:
    """Return the legend's entries for the hull and the efficient points."""
    return [
        Line2D([], [], color=GREY, linewidth=1.2, label="hull of the efficient points"),
        Line2D(
            [],
            [],
            **RING,
            label="ring: efficient, no other is as good in both and better in one",
        ),
    ]


def names_without_x(points: pd.DataFrame, limit: int = 6) -> str:
    """Return the names of the points without an x."""
    missing = points[points["x"].isna()]
    names = [
        f"{shorten(row.model)} ({shorten(row.benchmark)})"
        if "benchmark" in points
        else shorten(row.model)
        for row in missing.head(limit).itertuples()
    ]
    if len(missing) > limit:
        names.append(f"{count(len(missing) - limit)} more")
    return ", ".join(names)
