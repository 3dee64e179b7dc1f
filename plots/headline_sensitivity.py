"""Each headline under every choice that could have been made."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.figure import Answer
from plots.palette import BLACK, BLUE, VERMILION
from plots.text import count, signed

SIZE = (12, 9)
# A lead on a single benchmark is not a headline, because ties decide it.
HEADLINES = """
            source = $source
            and (
                headline not like 'lead_by%'
                or exists (
                    select 1
                    from model_win_rates
                    where
                        source = $source and is_headline
                        and benchmark_count > 1
                )
            )
"""
QUERIES = {
    "choices": f"""
        select *
        from headline_sensitivity
        where {HEADLINES}
        order by
            -- Its claim is "the same by ...", so it follows the one by accuracy.
            headline = 'lead_by_frontier_distance',
            headline,
            population,
            coverage,
            success_rule
    """,
}
ANSWER = Answer(
    f"""
        select
            count(*) filter (where flips) as flip_count,
            count(*) as choice_count
        from headline_sensitivity
        where {HEADLINES} and not is_headline
    """,
    "{flip_count} of n = {choice_count:,} other choices of success rule, population or "
    "coverage change the sign of a headline.",
)
UNITS = {
    "action_delta": "actions, success − failure",
    "action_score": "Spearman's rho",
    "lead_by": "win rate ahead of the next model",
}
# Marker, colour and word by whether the sign differs from the default choice's.
SIGNS = {
    False: ("o", BLUE, "the sign of the default choice"),
    True: ("X", VERMILION, "another sign, or zero"),
}


def subtitle(frames: dict[str, pd.DataFrame]) -> str:
    choices = frames["choices"]
    return (
        f"{count(choices['flips'].sum())} of n = {count(len(choices))} "
        "choices change the sign · bars: 95 % intervals, where the view has them · "
        "default choice in bold"
    )


def draw(frames: dict[str, pd.DataFrame], figure: Figure) -> None:
    """Draw a panel per headline, a row per choice."""
    panels = list(frames["choices"].groupby("headline", sort=False))
    grid = figure.subplots(
        len(panels),
        squeeze=False,
        height_ratios=[len(choices) + 2 for _, choices in panels],
    )
    first_of = {}
    for axes, (headline, choices) in zip(grid[:, 0], panels, strict=True):
        draw_headline(axes, headline, choices.reset_index(drop=True))
        # Headlines with the same unit share a scale.
        unit = unit_of(headline)
        if unit in first_of:
            axes.sharex(first_of[unit])
        first_of.setdefault(unit, axes)
    for unit, axes in first_of.items():
        axes.set_xlim(limits_of(unit, frames["choices"]))
    signs = set(frames["choices"]["flips"])
    handles = [
        grid[0, 0].plot([], [], marker, color=color, label=label)[0]
        for sign, (marker, color, label) in SIGNS.items()
        if sign in signs
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def size(frames: dict[str, pd.DataFrame]) -> tuple[float, float]:
    """Return a size with room for a line per choice and four per headline."""
    choices = frames["choices"]
    lines = len(choices) + 4 * choices["headline"].nunique()
    return SIZE[0], max(SIZE[1], 1.5 + 0.17 * lines)


def limits_of(unit: str, choices: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of a scale that holds zero and every interval in the unit."""
    own = choices[choices["headline"].map(unit_of) == unit]
    numbers = [*own[["value", "low", "high"]].stack().astype(float).dropna(), 0.0]
    margin = 0.04 * (max(numbers) - min(numbers) or 1)
    return min(numbers) - margin, max(numbers) + margin


def draw_headline(axes: Axes, headline: str, choices: pd.DataFrame) -> None:
    for place, choice in enumerate(choices.itertuples()):
        marker, color, _ = SIGNS[choice.flips]
        axes.hlines(place, choice.low, choice.high, color=color, linewidth=2)
        axes.plot(choice.value, place, marker, color=color, markersize=7)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.set_yticks(
        range(len(choices)), [choice_name(choice) for choice in choices.itertuples()]
    )
    for label, is_headline in zip(
        axes.get_yticklabels(), choices["is_headline"], strict=True
    ):
        label.set(size=8, weight="bold" if is_headline else "normal")
    axes.set_ylim(len(choices) - 0.4, -0.6)
    axes.set_xlabel(unit_of(headline), size=8, labelpad=1)
    axes.set_title(choices["claim"].iloc[0], size=9, loc="left")


def unit_of(headline: str) -> str:
    return next(unit for start, unit in UNITS.items() if headline.startswith(start))


def choice_name(choice) -> str:
    """Return the choices of a row, and its number."""
    made = [
        part.replace("_", " ")
        for part in (choice.success_rule, choice.population, choice.coverage)
        if part != "*"
    ]
    return f"{', '.join(made)}: {signed(choice.value, 2)}"
