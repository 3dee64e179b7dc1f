"""Success minus failure in actions, inside each task and model."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.axes import note
from plots.deltas import (
    HISTOGRAM_QUERY,
    SUMMARY_QUERY,
    delta_answer,
    delta_subtitle,
    draw_histogram,
    draw_sensitivity,
    headline_of,
)
from plots.palette import BLACK, BLUE
from plots.text import count, shorten, signed

SIZE = (13.5, 4.9)
missing = "tasks of a model with enough successes and failures whose actions are known"
QUERIES = {
    "bins": HISTOGRAM_QUERY.format(view="task_model_action_deltas"),
    "summaries": SUMMARY_QUERY.format(grain="task_model"),
    "models": """
        select model, pair_count, median_delta
        from model_action_deltas
        where source = $source and is_headline
        order by median_delta, model
    """,
}
ANSWER = delta_answer("task_model", "pairs of task and model")


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    return delta_subtitle(frames["summaries"], "pairs of task and model")


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw the deltas, their median under other choices, and model by model."""
    left, middle, right = figure.subplots(1, 3)
    summary = headline_of(frames["summaries"])
    draw_histogram(left, frames["bins"], summary, "pairs")
    draw_sensitivity(middle, frames["summaries"], "pairs")
    draw_models(right, frames["models"])


def draw_models(axes: Axes, models: pd.DataFrame) -> None:
    """Draw each model's median delta as a line from zero."""
    axes.set_title("Model by model")
    if models.empty:
        return note(axes, "no model has enough pairs")
    axes.axvline(0, color=BLACK, linewidth=1, linestyle=":")
    places = range(len(models))
    axes.hlines(places, 0, models["median_delta"], color=BLUE, linewidth=2)
    axes.plot(models["median_delta"], places, "o", color=BLUE, markersize=8)
    axes.set_yticks(
        places,
        [
            f"{shorten(row.model)}\n{count(row.pair_count)} pairs: "
            f"{signed(row.median_delta)}"
            for row in models.itertuples()
        ],
    )
    axes.set_ylim(len(models) - 0.4, -0.6)
    axes.margins(x=0.1)
    axes.set_xlabel("median difference in actions")
