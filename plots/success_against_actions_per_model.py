"""Success rate in tenths of the action counts, a panel per model."""

import pandas as pd
from matplotlib.figure import Figure

from plots.axes import scale_counts, scale_share
from plots.figure import Answer
from plots.palette import BLUE, LIGHT_GREY
from plots.panels import panel_grid
from plots.text import ANY_CREDIT, POPULATIONS, count, shorten

SIZE = (13, 8)
PANEL_LIMIT = 15
QUERIES = {
    "bins": f"""
        with models as (
            select source, model, sum(attempt_count) as model_attempt_count
            from success_by_action_bin
            where source = $source
            group by source, model
            order by model_attempt_count desc, model
            limit {PANEL_LIMIT}
        )
        select *
        from success_by_action_bin
        inner join models using (source, model)
        order by model_attempt_count desc, model, action_bin
    """,
}
ANSWER = Answer(
    """
        with models as (
            select
                model,
                sum(attempt_count) as attempt_count,
                arg_min(success_rate, action_bin) as first_rate,
                arg_max(success_rate, action_bin) as last_rate
            from success_by_action_bin
            where source = $source
            group by model
        )

        select
            count(*) filter (where last_rate < first_rate) as falling_count,
            count(*) as model_count,
            sum(attempt_count)::bigint as attempt_count
        from models
    """,
    "In {falling_count} of {model_count} models the bin of the longest attempts succeeds "
    "less often than the bin of the shortest (n = {attempt_count:,} attempts); hard tasks "
    "are not told apart here.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    bins = frames["bins"]
    return (
        f"{count(bins['model'].nunique())} models, "
        f"n = {count(bins['attempt_count'].sum())} {POPULATIONS['capability']} · "
        f"{ANY_CREDIT} · a dot is about a tenth of the model's attempts, n counts "
        "those in the dots; grey: the other models"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a panel per model, the one with the most attempts first."""
    models = dict(list(frames["bins"].groupby("model", sort=False)))
    grid = panel_grid(figure, len(models))
    for axes, (name, own) in zip(grid, models.items(), strict=True):
        for other in models.values():
            axes.plot(
                other["median_action_count"],
                other["success_rate"],
                color=LIGHT_GREY,
                linewidth=0.8,
            )
        axes.plot(
            own["median_action_count"], own["success_rate"], "o-", color=BLUE, ms=4.5
        )
        axes.set_title(f"{shorten(name, 26)}\nn = {count(own['attempt_count'].sum())}")
        scale_counts(axes, "x", frames["bins"]["median_action_count"])
        scale_share(axes, "y", "")
    figure.supxlabel("actions per attempt: median of the bin (log scale)", size=9.5)
    figure.supylabel("success rate", size=9.5)
