"""Success rate if attempts were stopped after a number of actions, per model."""

import pandas as pd
from matplotlib.figure import Figure

from plots.axes import scale_counts, scale_share
from plots.figure import Answer
from plots.palette import BLUE, LIGHT_GREY
from plots.panels import panel_grid
from plots.text import (
    POPULATIONS,
    RULES,
    count,
    share,
    shorten,
    shown_models,
)

SIZE = (13, 8.5)
PANEL_LIMIT = 15
QUERIES = {
    "budgets": f"""
        with sizes as (
            select
                model,
                attempt_count,
                max(success_rate) as best_rate,
                row_number() over (
                    order by
                        attempt_count < 10, max(success_rate) desc,
                        attempt_count desc, model
                ) as rate_place
            from success_within_budget
            where source = $source and is_headline
            group by model, attempt_count
        ),
        models as (
            select model, count(*) over () as model_count
            from sizes
            order by
                rate_place <= 3 desc, attempt_count desc, best_rate desc, model
            limit {PANEL_LIMIT}
        )
        select *, max(success_rate) over (partition by model) as best_success_rate
        from success_within_budget
        inner join models using (model)
        where source = $source and is_headline
        order by best_success_rate desc, model, budget_actions
    """,
}
ANSWER = Answer(
    """
        with ends as (
            select
                model,
                attempt_count,
                success_rate,
                budget_actions,
                max(success_rate) over (partition by model) as best_rate
            from success_within_budget
            where source = $source and is_headline
        )

        select
            model,
            attempt_count,
            100 * success_rate as first_percent,
            100 * best_rate as best_percent
        from ends
        where budget_actions = 10
        order by attempt_count desc, model
        limit 1
    """,
    "`{model}`, with the most attempts (n = {attempt_count:,}), succeeds in "
    "{first_percent:.1f} % within 10 actions and in {best_percent:.1f} % within the "
    "largest budget.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    budgets = frames["budgets"]
    sizes = budgets.groupby("model")["attempt_count"].first()
    return (
        f"{shown_models(len(sizes), budgets['model_count'].iloc[0])}, "
        f"n = {count(sizes.sum())} "
        f"{POPULATIONS['capability']} with a count of actions · {RULES[budgets['success_rule'].iloc[0]]}\n"
        "an attempt that took more actions than the budget counts as failed; models "
        "tried different tasks · grey: the other models"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a panel per model, the one that succeeds most often first."""
    models = dict(list(frames["budgets"].groupby("model", sort=False)))
    grid = panel_grid(figure, len(models))
    for axes, (name, own) in zip(grid, models.items(), strict=True):
        for other in models.values():
            axes.plot(
                other["budget_actions"],
                other["success_rate"],
                color=LIGHT_GREY,
                linewidth=0.8,
            )
        axes.plot(own["budget_actions"], own["success_rate"], "o-", color=BLUE, ms=4)
        axes.set_title(
            f"{shorten(name, 26)}\nn = {count(own['attempt_count'].iloc[0])}, "
            f"{share(own['success_rate'].iloc[-1])} within "
            f"{count(own['budget_actions'].iloc[-1])}",
            size=9.5,
        )
        scale_counts(axes, "x", frames["budgets"]["budget_actions"])
        scale_share(axes, "y", "")
    figure.supxlabel(
        "budget: the most actions an attempt may take (log scale)", size=9.5
    )
    figure.supylabel("success rate within the budget", size=9.5)
