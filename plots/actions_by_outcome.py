"""Distribution of action counts, by outcome: in doublings and cumulated."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from plots.axes import draw_cumulative, scale_counts, scale_share
from plots.figure import Answer
from plots.palette import OUTCOME_COLORS, OUTCOME_LINES
from plots.text import POPULATIONS, count

SIZE = (12, 4.9)
QUERIES = {
    "stats": """
        select *
        from outcome_action_stats
        where source = $source and is_headline
        order by outcome = 'fail', outcome
    """,
    # Bin 0 holds 0 actions, bin k holds 2^(k-1) up to 2^k - 1.
    "doublings": """
        with counts as (
            select
                outcome,
                case when action_count = 0 then 0
                    else floor(log2(action_count)) + 1 end as bin,
                count(*) as attempt_count
            from attempts
            where
                source = $source and population not in ('human', 'perturbed')
                and outcome is not null and action_count is not null
            group by outcome, bin
        ),
        bins as (
            select unnest(range(min(bin)::bigint, max(bin)::bigint + 1)) as bin
            from counts
        ),
        totals as (
            select outcome, sum(attempt_count) as attempt_count
            from counts group by outcome
        )
        select
            totals.outcome,
            case when bins.bin = 0 then 0 else 2 ** (bins.bin - 1) end as bin_start,
            2 ** bins.bin as bin_end,
            coalesce(counts.attempt_count, 0) / totals.attempt_count as bin_share
        from totals
        cross join bins
        left join counts using (outcome, bin)
        order by totals.outcome, bins.bin
    """,
    "steps": """
        select
            outcome,
            action_count,
            sum(count(*)) over (partition by outcome order by action_count)
            / sum(count(*)) over (partition by outcome) as cumulative_share
        from attempts
        where
            source = $source and population not in ('human', 'perturbed')
            and outcome is not null and action_count is not null
        group by outcome, action_count
        order by outcome, action_count
    """,
}
ANSWER = Answer(
    """
        select outcome, median_action_count, attempt_count
        from outcome_action_stats
        where source = $source and is_headline
        order by median_action_count, outcome
    """,
    "Median actions: {items}.",
    item="{outcome} {median_action_count:g} (n = {attempt_count:,})",
)


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    total = frames["stats"]["attempt_count"].sum()
    return (
        f"n = {count(total)} {POPULATIONS['all']} · "
        "fail: score = 0, partial: between, full: score = 1"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw doublings on the left, cumulative shares on the right."""
    left, right = figure.subplots(1, 2)
    for stats in frames["stats"].itertuples():
        color, line = OUTCOME_COLORS[stats.outcome], OUTCOME_LINES[stats.outcome]
        bins = frames["doublings"].query("outcome == @stats.outcome")
        left.stairs(
            bins["bin_share"],
            [*bins["bin_start"], bins["bin_end"].iloc[-1]],
            baseline=None,
            color=color,
            linestyle=line,
            linewidth=2,
            label=(
                f"{stats.outcome} (n = {count(stats.attempt_count)}): "
                f"median {stats.median_action_count:g}, "
                f"mean {stats.mean_action_count:.1f}, "
                f"90 % within {stats.p90_action_count:g}"
            ),
        )
        draw_cumulative(
            right,
            frames["steps"].query("outcome == @stats.outcome"),
            color=color,
            linestyle=line,
        )
        right.plot(stats.median_action_count, 0.5, "o", color=color, zorder=3)
    finish(left, right, frames["steps"]["action_count"])


def finish(left: Axes, right: Axes, action_counts: pd.Series) -> None:
    """Scale and label both panels alike."""
    for axes in (left, right):
        scale_counts(axes, "x", action_counts)
        axes.set_xlabel("actions per attempt (log scale)")
    # Room for the legend above the curves.
    left.set_ylim(0, 1.4 * left.get_ylim()[1])
    left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    left.set_ylabel("share of the outcome's attempts")
    left.set_title("Attempts in each doubling of actions")
    left.legend(loc="upper left")
    scale_share(right, "y", "share of attempts with at most x actions")
    right.set_title("Cumulative share; dots mark the medians")
