"""Shared by the two figures of action deltas: a histogram and its sensitivity."""

import pandas as pd
from matplotlib.axes import Axes

from plots.figure import Answer
from plots.palette import BLACK, BLUE, LIGHT_GREY, POPULATION_COLORS, POPULATION_MARKERS
from plots.text import POPULATIONS, RULES, clean, count, signed

DELTA_LABEL = "median actions: successes − failures"

# The view and the grain are written in our modules, never data.
HISTOGRAM_QUERY = """
    select floor((action_delta + 1) / 2) * 2 as bin_middle, count(*) as pair_count
    from {view}
    where source = $source and is_headline
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
# The source's own choice, and full credit beside it.
ANSWER_QUERY = """
    with summaries as (
        select *
        from action_delta_summary
        where source = $source and grain = '{grain}'
    )

    select
        headline.median_delta as delta,
        headline.ci_low as low,
        headline.ci_high as high,
        headline.pair_count,
        replace(headline.success_rule, '_', ' ') as rule,
        headline.population,
        full_credit.median_delta as full_delta,
        full_credit.pair_count as full_pair_count
    from summaries as headline
    left join summaries as full_credit
        on
            headline.population = full_credit.population
            and headline.success_rule <> full_credit.success_rule
            and full_credit.success_rule = 'full_credit'
    where headline.is_headline
"""


def delta_answer(grain: str, noun: str) -> Answer:
    """Return the answer of a figure of deltas, with the words for what it counts."""
    return Answer(
        ANSWER_QUERY.format(grain=grain),
        "The median difference in actions, successes minus failures, is {delta:+.2f} over "
        f"n = {{pair_count:,}} {noun} (95 % interval {{low:+.2f}} to {{high:+.2f}}; "
        "{rule}, {population} attempts).",
        more="By full credit it is {full_delta:+.2f} (n = {full_pair_count:,}).",
    )


def headline_of(summaries: pd.DataFrame) -> pd.Series:
    """Return the summary of the source's own rule and population."""
    return summaries[summaries["is_headline"]].iloc[0]


def choice_of(summaries: pd.DataFrame) -> str:
    """Return the source's own rule and population in words."""
    summary = headline_of(summaries)
    return f"{RULES[summary['success_rule']]}, {POPULATIONS[summary['population']]}"


def delta_subtitle(summaries: pd.DataFrame, noun: str) -> str:
    """Return the subtitle of a figure of deltas, with the words for what it counts."""
    pair_count = count(headline_of(summaries)["pair_count"])
    return (
        f"left and right: n = {pair_count} {noun} with enough of both outcomes, "
        f"{choice_of(summaries)} · below zero: successes took fewer actions"
    )


def draw_histogram(
    axes: Axes, bins: pd.DataFrame, summary: pd.Series, noun: str
) -> None:
    """Draw the deltas of the source's own choice, their median and its interval."""
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


def draw_sensitivity(axes: Axes, summaries: pd.DataFrame, noun: str) -> None:
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
        names.append(
            f"{clean(row.success_rule).replace('_', ' ')}, {row.population}"
            f"{', as left' if row.is_headline else ''}\n"
            f"{count(row.pair_count)} {noun}: {signed(row.median_delta, 2)}"
        )
    axes.axvline(0, color=BLACK, linewidth=1, linestyle=":")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel("median difference in actions, 95 % interval")
    axes.set_title("Other success rules and populations")
