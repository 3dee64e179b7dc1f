"""Difficulty against actions and success, and their correlation without it."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.axes import note, scale_counts, scale_minutes, scale_share
from plots.figure import Answer
from plots.palette import BLACK, BLUE, POPULATION_COLORS, POPULATION_MARKERS
from plots.text import ANY_CREDIT, POPULATIONS, count, signed

SIZE = (13, 4.8)
QUERIES = {
    "tasks": """
        select human_minutes, attempt_count, mean_action_count, success_rate
        from tasks
        where source = $source and mean_action_count is not null
        order by benchmark, task_id
    """,
    "correlations": """
        select *
        from rank_correlations
        where
            source = $source and population in ('all', 'capability')
            and spearman_rho is not null
            and (x, y) in (
                ('action_count', 'human_minutes'),
                ('human_minutes', 'score'),
                ('action_count', 'score')
            )
        order by population, x, y, controlling_for
    """,
}
# From what the study printed to what holds difficulty fixed.
ROWS = {
    ("action_count", "human_minutes", "none"): "actions and human time",
    ("human_minutes", "score", "none"): "human time and score",
    ("action_count", "score", "none"): "actions and score",
    ("action_count", "score", "human_minutes"): "actions and score,\nhuman time fixed",
    ("action_count", "score", "task"): "actions and score,\ninside each task",
}
ANSWER = Answer(
    """
        select
            spearman_rho,
            case controlling_for
                when 'none' then 'over all attempts'
                when 'task' then 'inside each task'
                else 'with human time held fixed'
            end as how,
            max(attempt_count) over () as attempt_count
        from rank_correlations
        where
            source = $source and is_headline
            and x = 'action_count' and y = 'score' and spearman_rho is not null
        order by abs(spearman_rho) desc
    """,
    "Spearman's rho of actions and score: {items} (n = {attempt_count:,} attempts).",
    item="{spearman_rho:+.2f} {how}",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    tasks = frames["tasks"]
    return (
        f"n = {count(tasks['attempt_count'].sum())} {POPULATIONS['all']} at "
        f"{count(len(tasks))} tasks · {ANY_CREDIT} · a dot is a task, its area "
        "proportional to its attempts"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw actions, success, and the correlations with and without difficulty."""
    left, middle, right = figure.subplots(1, 3)
    tasks = frames["tasks"].dropna(subset="human_minutes")
    for axes, column in ((left, "mean_action_count"), (middle, "success_rate")):
        if tasks.empty:
            note(axes, "no human times recorded")
            continue
        areas = 250 * tasks["attempt_count"] / tasks["attempt_count"].max()
        axes.scatter(
            tasks["human_minutes"],
            tasks[column],
            s=areas,
            color=BLUE,
            alpha=0.45,
            linewidth=0,
            clip_on=False,  # a dot at 0 or 100 % is drawn in full
        )
        scale_minutes(axes, tasks["human_minutes"])
    if not tasks.empty:
        scale_counts(left, "y", tasks["mean_action_count"])
        left.set_ylabel("mean actions per attempt (log scale)")
        scale_share(middle, "y", "success rate")
    left.set_title("Actions against difficulty")
    middle.set_title("Success against difficulty")
    draw_correlations(right, frames["correlations"])


def draw_correlations(axes: Axes, correlations: pd.DataFrame) -> None:
    """Draw a row per question, in it a line from zero per population."""
    axes.vlines(0, -0.5, len(ROWS) - 0.5, color=BLACK, linewidth=0.8)
    questions = list(ROWS)
    for population, rows in correlations.groupby("population"):
        color = POPULATION_COLORS[population]
        offset = -0.16 if population == "all" else 0.16
        axes.plot(
            [],
            [],
            POPULATION_MARKERS[population],
            color=color,
            label=f"{population} (n = {count(rows['attempt_count'].max())})",
        )
        for row in rows.itertuples():
            place = questions.index((row.x, row.y, row.controlling_for)) + offset
            axes.plot([0, row.spearman_rho], [place, place], color=color)
            axes.plot(
                row.spearman_rho, place, POPULATION_MARKERS[population], color=color
            )
            is_negative = row.spearman_rho < 0
            axes.text(
                row.spearman_rho + (-0.05 if is_negative else 0.05),
                place,
                signed(row.spearman_rho, 3),
                ha="right" if is_negative else "left",
                va="center",
                size=8.5,
            )
    axes.set_yticks(range(len(ROWS)), ROWS.values())
    axes.grid(axis="y", visible=False)
    # Room at the bottom for the legend.
    axes.set(xlim=(-1, 1), ylim=(len(ROWS) + 0.3, -0.6), xticks=[-1, -0.5, 0, 0.5, 1])
    axes.set_xlabel("Spearman's rank correlation")
    axes.set_title("Rank correlations of attempts")
    if not correlations.empty:
        axes.legend(loc="lower right")
