"""Shares of the three outcomes, and the scores between 0 and 1."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.axes import note, scale_share
from plots.figure import Answer
from plots.palette import OUTCOME_COLORS
from plots.text import count, share

SIZE = (12, 4.8)
QUERIES = {
    "shares": """
        select *
        from outcome_shares
        where source = $source
        order by population <> 'all', population
    """,
    "partial_scores": """
        select least(floor(round(score * 50, 9)), 49) / 50 as bin_start,
            count(*) as attempt_count
        from attempts
        where source = $source and population not in ('human', 'perturbed') and outcome = 'partial'
        group by bin_start
        order by bin_start
    """,
}
OUTCOME_LABELS = {
    "full": "full (score = 1)",
    "partial": "partial (between)",
    "fail": "fail (score = 0)",
}
ANSWER = Answer(
    """
        select
            attempt_count,
            100 * fail_share as fail_percent,
            100 * partial_share as partial_percent,
            100 * full_share as full_percent
        from outcome_shares
        where source = $source and is_headline
    """,
    "{fail_percent:.1f} % of n = {attempt_count:,} scored attempts get nothing, "
    "{full_percent:.1f} % full credit and {partial_percent:.1f} % something between.",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    total = frames["shares"].iloc[0]
    return f"n = {count(total['attempt_count'])} scored attempts"


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw outcomes on the left, partial scores on the right."""
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    draw_outcomes(left, frames["shares"])
    draw_partial_scores(right, frames["partial_scores"])


def draw_outcomes(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw a group of three bars per population."""
    ticks, names = [], []
    for group, row in shares.iterrows():
        for step, (outcome, label) in enumerate(OUTCOME_LABELS.items()):
            y = 4 * group + step
            fraction, number = row[f"{outcome}_share"], row[f"{outcome}_count"]
            axes.barh(y, fraction, 0.85, color=OUTCOME_COLORS[outcome])
            axes.text(
                fraction + 0.01,
                y,
                f"{label}  {share(fraction)}  n = {count(number)}",
                va="center",
                size=8.5,
            )
        ticks.append(4 * group + 1)
        names.append(f"{row['population']}\nn = {count(row['attempt_count'])}")
    axes.set_yticks(ticks, names)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    scale_share(axes, "x", "share of the population's attempts")
    # Room for the label of a bar as long as the axis.
    axes.set_xlim(0, 1.55)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_title("Outcomes by population")


def draw_partial_scores(axes: Axes, bins: pd.DataFrame) -> None:
    """Draw the histogram of the scores that are neither 0 nor 1."""
    total = bins["attempt_count"].sum()
    axes.set_title(f"Partial scores (n = {count(total)}, bins of 0.02)")
    if bins.empty:
        return note(axes, "every score is 0 or 1")
    axes.bar(
        bins["bin_start"],
        bins["attempt_count"],
        width=0.02,
        align="edge",
        color=OUTCOME_COLORS["partial"],
        edgecolor="white",
        linewidth=0.4,
    )
    axes.set(xlim=(0, 1), xlabel="score", ylabel="attempts")
