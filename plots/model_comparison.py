"""Score against actions, model by model, and the spread of the actions."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.axes import scale_counts
from plots.figure import Answer
from plots.palette import BLACK, BLUE, SKY
from plots.placement import place_labels
from plots.text import POPULATIONS, count, shorten

SIZE = (13, 6)
MODEL_LIMIT = 20  # more boxes would be too thin to read
QUERIES = {
    "models": f"""
        select *
        from (
            select *
            from model_summary
            where source = $source and population = 'capability' and is_major
            order by attempt_count desc, model
            limit {MODEL_LIMIT}
        )
        order by mean_score desc, model
    """,
}

# The views' columns as matplotlib's box plot calls them.
BOX_PARTS = {
    "p5_action_count": "whislo",
    "p25_action_count": "q1",
    "median_action_count": "med",
    "p75_action_count": "q3",
    "p95_action_count": "whishi",
}
ANSWER = Answer(
    """
        select model, mean_score, median_action_count, attempt_count, task_count
        from model_summary
        where source = $source and population = 'capability' and is_major
        order by mean_score desc, model
        limit 1
    """,
    "`{model}` has the highest mean score, {mean_score:.2f}, with a median of "
    "{median_action_count:g} actions (n = {attempt_count:,} attempts at {task_count} "
    "tasks); models tried different tasks.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    models = frames["models"]
    return (
        f"the {count(len(models))} models with the most attempts · "
        f"n = {count(models['attempt_count'].sum())} {POPULATIONS['capability']} · "
        "each model at the tasks it was given · right: highest mean score on top"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a bubble per model on the left, a box per model on the right."""
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    draw_boxes(right, frames["models"])
    draw_bubbles(left, frames["models"])


def draw_bubbles(axes: Axes, models: pd.DataFrame) -> None:
    """Draw mean score against median actions, sized by the number of tasks."""
    areas = 500 * models["task_count"] / models["task_count"].max()
    axes.scatter(
        models["median_action_count"],
        models["mean_score"],
        s=areas,
        color=SKY,
        edgecolor=BLUE,
        alpha=0.8,
    )
    scale_counts(axes, "x", models["median_action_count"])
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("mean score")
    axes.set_xlabel("median actions per attempt (log scale)")
    axes.set_title("Area proportional to the number of tasks")
    place_labels(
        axes,
        pd.DataFrame(
            {
                "x": models["median_action_count"],
                "y": models["mean_score"],
                "text": models["model"].map(shorten),
                "radius": areas**0.5 / 2,
            }
        ),
        size=8.5,
    )


def draw_boxes(axes: Axes, models: pd.DataFrame) -> None:
    """Draw the spread of each model's actions, the highest score on top."""
    boxes = models.rename(columns=BOX_PARTS)
    axes.bxp(
        boxes.to_dict("records"),
        positions=range(len(boxes)),
        orientation="horizontal",
        widths=0.6,
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": SKY, "edgecolor": BLUE},
        medianprops={"color": BLACK, "linewidth": 2},
        manage_ticks=False,
    )
    scale_counts(axes, "x", pd.concat([boxes["whislo"], boxes["whishi"]]))
    axes.set_yticks(
        range(len(models)),
        [
            f"{shorten(row.model)} ({count(row.attempt_count)})"
            for row in models.itertuples()
        ],
    )
    axes.set_ylim(len(models) - 0.4, -0.6)
    axes.set_xlabel("actions per attempt (log scale)")
    axes.set_title("Median and quartiles; whiskers: 5 and 95 %")
