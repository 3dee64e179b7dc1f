"""Success against actions, family by family."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.axes import scale_counts, scale_share
from plots.figure import Answer
from plots.palette import BLUE, GREY, ORANGE, VERMILION
from plots.placement import place_labels
from plots.text import ANY_CREDIT, POPULATIONS, count, shorten

SIZE = (13, 9.5)
MIN_ATTEMPTS = 30
missing = "attempts with a task family"
QUERIES = {
    "families": f"""
        select
            *,
            case
                when mean_human_minutes < 30 then 'under 30 min'
                when mean_human_minutes <= 120 then '30 to 120 min'
                when mean_human_minutes > 120 then 'over 120 min'
                else 'not recorded'
            end as difficulty
        from task_family_summary
        where source = $source and attempt_count >= {MIN_ATTEMPTS}
        order by attempt_count desc, benchmark, task_family
    """,
}
DIFFICULTIES = {
    "under 30 min": ("o", BLUE),
    "30 to 120 min": ("s", ORANGE),
    "over 120 min": ("^", VERMILION),
    "not recorded": ("D", GREY),
}
ANSWER = Answer(
    """
        select
            task_family,
            mean_action_count,
            count(*) over () as family_count,
            count(*) filter (where success_rate < 0.1) over () as failing_count
        from task_family_summary
        where source = $source and attempt_count >= 30
        order by mean_action_count desc, task_family desc
        limit 1
    """,
    "{failing_count} of n = {family_count:,} families with at least 30 attempts succeed "
    "less than one time in ten; `{task_family}` takes the most actions, "
    "{mean_action_count:.1f} on average.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    families = frames["families"]
    return (
        f"{count(len(families))} families with at least {MIN_ATTEMPTS} attempts, "
        f"n = {count(families['attempt_count'].sum())} {POPULATIONS['capability']} · "
        f"{ANY_CREDIT} · area proportional to attempts"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a marker per family; its shape says the mean human time."""
    axes = figure.subplots()
    families = frames["families"]
    areas = 320 * families["attempt_count"] / families["attempt_count"].max()
    for difficulty, (marker, color) in DIFFICULTIES.items():
        rows = families[families["difficulty"] == difficulty]
        if rows.empty:
            continue
        axes.scatter(
            rows["mean_action_count"],
            rows["success_rate"],
            s=areas[rows.index],
            marker=marker,
            color=color,
            alpha=0.65,
            linewidth=0,
            label=f"mean human time {difficulty}",
        )
    scale_counts(axes, "x", families["mean_action_count"])
    scale_share(axes, "y", "success rate")
    axes.set_xlabel("mean actions per attempt (log scale)")
    finish(axes, families, areas)


def finish(axes: Axes, families: pd.DataFrame, areas: pd.Series) -> None:
    """Add the legend, then the names where they have room."""
    legend = axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4)
    for handle in legend.legend_handles:
        handle.set_sizes([60])
    place_labels(
        axes,
        pd.DataFrame(
            {
                "x": families["mean_action_count"],
                "y": families["success_rate"],
                "text": families["task_family"].map(shorten),
                "radius": areas**0.5 / 2,
            }
        ),
    )
