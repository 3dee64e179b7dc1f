"""What the two figures of action deltas share: a histogram and its sensitivity."""

import pandas as pd
from matplotlib.axes import Axes

from plots.figure import Answer
from plots.palette import BLACK, BLUE, LIGHT_GREY, POPULATION_COLORS, POPULATION_MARKERS
from plots.text import clean, count, signed

DELTA_LABEL = "median actions: successes − failures"

# The view, the population and the grain are written in our modules, never data.
HISTOGRAM_QUERY = """
    select floor((action_delta + 1) / 2) * 2 as bin_middle, count(*) as pair_count
    from {view}
    where
        source = $source and success_rule = 'any_credit'
        and population = '{population}'
    group by bin_middle
    order by bin_middle
"""
SUMMARY_QUERY = """
    select *
    from action_delta_summary
    where source = $source and grain = '{grain}'
    order by
        list_position(
            ['any_credit', 'half_credit', 'full_credit', 'reported', 'resolved'],
            success_rule
        ),
        population
"""
# Any credit is the study's choice; full credit is said beside it.
ANSWER_QUERY = """
    select
        any_value(median_delta) filter (where success_rule = 'any_credit') as delta,
        any_value(ci_low) filter (where success_rule = 'any_credit') as low,
        any_value(ci_high) filter (where success_rule = 'any_credit') as high,
        any_value(pair_count) filter (where success_rule = 'any_credit') as pair_count,
        any_value(median_delta) filter (where success_rule = 'full_credit')
            as full_delta,
        any_value(pair_count) filter (where success_rule = 'full_credit')
            as full_pair_count
    from action_delta_summary
    where source = $source and grain = '{grain}' and population = '{population}'
"""


def delta_answer(
    grain: str, population: str, *, who: str, noun: str, attempts: str
) -> Answer:
    """Return the answer of a figure of deltas, with the words for what it counts."""
    return Answer(
        ANSWER_QUERY.format(grain=grain, population=population),
        f"The median {who} says {{delta:+.2f}} actions, success minus failure (95 % "
        f"interval {{low:+.2f}} to {{high:+.2f}}; n = {{pair_count:,}} {noun}, any "
        f"credit, {attempts}).",
        more="By full credit it is {full_delta:+.2f} (n = {full_pair_count:,}).",
    )


def published_choice(summaries: pd.DataFrame, population: str) -> pd.Series:
    """Return the summary of any credit in `population`, the study's choice."""
    return summaries.query(
        "success_rule == 'any_credit' and population == @population"
    ).iloc[0]


def draw_histogram(
    axes: Axes, bins: pd.DataFrame, summary: pd.Series, noun: str
) -> None:
    """Draw the deltas of the published choice, their median and its interval."""
    axes.bar(
        bins["bin_middle"],
        bins["pair_count"],
        width=2,
        color=LIGHT_GREY,
        edgecolor="white",
        linewidth=0.5,
    )
    axes.axvline(0, color=BLACK, linewidth=1, linestyle=":", label="no difference")
    axes.axvspan(
        summary["ci_low"],
        summary["ci_high"],
        color=BLUE,
        alpha=0.25,
        linewidth=0,
        label="95 % interval",
    )
    axes.axvline(summary["median_delta"], color=BLUE, label="median")
    axes.legend(loc="best")
    axes.set(xlabel=DELTA_LABEL, ylabel=f"{noun} (bins of 2 actions)")
    axes.set_title(
        f"median {signed(summary['median_delta'], 2)} "
        f"({signed(summary['ci_low'], 2)} to {signed(summary['ci_high'], 2)})\n"
        f"{count(summary['fewer_count'])} fewer, {count(summary['equal_count'])} "
        f"equal, {count(summary['more_count'])} more"
    )


def draw_sensitivity(axes: Axes, summaries: pd.DataFrame, noun: str, left: str) -> None:
    """Draw the median and its interval for every success rule and population."""
    names = []
    for place, row in enumerate(summaries.itertuples()):
        color = POPULATION_COLORS[row.population]
        axes.plot([row.ci_low, row.ci_high], [place, place], color=color)
        axes.plot(
            row.median_delta,
            place,
            POPULATION_MARKERS[row.population],
            color=color,
            markerfacecolor="white" if row.population == "capability" else None,
            markersize=8,
        )
        is_left = (row.success_rule, row.population) == ("any_credit", left)
        names.append(
            f"{clean(row.success_rule).replace('_', ' ')}, {row.population}"
            f"{', as left' if is_left else ''}\n"
            f"{count(row.pair_count)} {noun}: {signed(row.median_delta, 2)}"
        )
    axes.axvline(0, color=BLACK, linewidth=1, linestyle=":")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel("median difference in actions, 95 % interval")
    axes.set_title("Other success rules and populations")
