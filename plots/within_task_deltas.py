"""Success minus failure in actions, inside each task."""

import pandas as pd
from matplotlib.figure import Figure

from plots.axes import note, scale_minutes
from plots.deltas import (
    DELTA_LABEL,
    HISTOGRAM_QUERY,
    SUMMARY_QUERY,
    delta_answer,
    delta_subtitle,
    draw_histogram,
    draw_sensitivity,
    headline_of,
)
from plots.palette import BLACK, BLUE

SIZE = (13.5, 4.9)
missing = "tasks with enough successes and failures whose actions are known"
QUERIES = {
    "bins": HISTOGRAM_QUERY.format(view="task_action_deltas"),
    "summaries": SUMMARY_QUERY.format(grain="task"),
    "deltas": """
        select human_minutes, action_delta
        from task_action_deltas
        where source = $source and is_headline and human_minutes is not null
        order by benchmark, task_id
    """,
}
ANSWER = delta_answer("task", "tasks")


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    return delta_subtitle(frames["summaries"], "tasks")


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw the deltas, their median under other choices, and difficulty."""
    left, middle, right = figure.subplots(1, 3)
    summary = headline_of(frames["summaries"])
    draw_histogram(left, frames["bins"], summary, "tasks")
    draw_sensitivity(middle, frames["summaries"], "tasks")
    right.set_title("Against difficulty")
    deltas = frames["deltas"]
    if deltas.empty:
        return note(right, "no human times recorded")
    right.axhline(0, color=BLACK, linewidth=1, linestyle=":")
    right.scatter(
        deltas["human_minutes"],
        deltas["action_delta"],
        s=24,
        color=BLUE,
        alpha=0.55,
        linewidth=0,
    )
    scale_minutes(right, deltas["human_minutes"])
    right.set_ylabel(DELTA_LABEL)
