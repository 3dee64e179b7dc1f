"""Overall win rate of each model, next to its value under another choice."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plots.axes import scale_share
from plots.figure import Answer
from plots.leaderboard import (
    ACCURACY_LEADERS,
    EACH,
    FRONTIER_LEADERS,
    NAME_WIDTH,
    REPEATS,
    SHOWN,
    shown_of,
)
from plots.palette import BLUE, ORANGE
from plots.text import count, counted, share, shorten_apart

# Each pair of bars is a model; `lead` is its first bar, by which they are sorted.
BARS_QUERY = """
    with {shown},

    rates as ({rates})

    select
        rates.*,
        models.model_count,
        max(rate) filter (where is_first) over (partition by rates.model) as lead
    from rates
    inner join models on rates.model = models.model
    qualify count(rate) over () > 0
    order by lead desc nulls last, rates.model, is_first desc
"""
MAX_ACCURACY_RATES = f"""
    select
        model,
        repeats,
        coverage = 'all' as is_first,
        benchmark_count,
        wins,
        comparisons,
        overall_win_rate as rate,
        rank
    from model_win_rates
    where source = $source and repeats = {REPEATS} and basis = 'max_accuracy'
"""
# The published wins are of the best evaluations.
FRONTIER_RATES = """
    select
        model,
        'best' as repeats,
        true as is_first,
        benchmark_count,
        corrected_wins as wins,
        comparisons,
        corrected_win_rate as rate,
        corrected_rank as rank
    from win_rate_corrections
    where source = $source
    union all
    select
        model,
        'best' as repeats,
        false as is_first,
        benchmark_count,
        published_wins as wins,
        comparisons,
        published_win_rate as rate,
        published_rank as rank
    from win_rate_corrections
    where source = $source
"""
NEW_LINE = "\n"
BAR_STYLES = {
    True: {"color": BLUE},
    False: {"facecolor": "white", "edgecolor": ORANGE, "hatch": "////"},
}


@dataclass(frozen=True)
class WinRateBars:
    """A figure with two bars per model; `labels` name the first and the second."""

    rates: str
    title: str
    labels: tuple[str, str]
    ANSWER: Answer
    missing: str
    SIZE: ClassVar = (12, 7.5)
    ORDERS: ClassVar = ("bars", {"rate": "lead", "name": "model", "n": "comparisons"})

    @property
    def QUERIES(self) -> dict[str, str]:
        return {"bars": BARS_QUERY.format(shown=SHOWN, rates=self.rates)}

    def subtitle(self, frames: dict[str, pd.DataFrame]) -> str:
        bars = frames["bars"]
        first, second = (
            count(bars.loc[bars["is_first"] == is_first, "comparisons"].sum())
            for is_first in (True, False)
        )
        others = f"and {second} ({self.labels[1]})"
        if not bars.loc[~bars["is_first"], "rate"].notna().any():
            others = f"and none ({self.labels[1]})"
        models = shown_of(bars, "model")
        return (
            f"{models}{' · ' if len(models) < 40 else NEW_LINE}"
            f"n = {first} comparisons ({self.labels[0]}) {others} · "
            f"a tie is no win · {EACH[bars['repeats'].iloc[0]]}"
        )

    def draw(self, frames: dict[str, pd.DataFrame], figure: Figure) -> None:
        """Draw the model with the highest first bar on top."""
        axes = figure.subplots()
        bars = frames["bars"]
        models = bars["model"].unique()
        places = {model: place for place, model in enumerate(models)}
        for is_first, label in zip((True, False), self.labels, strict=True):
            own = bars[bars["is_first"] == is_first]
            # Of no rows pandas makes text where pyarrow is installed.
            heights = own["model"].map(places).astype(float)
            heights += -0.19 if is_first else 0.19
            # A legend entry without a bar would be misleading.
            label = label if own["rate"].notna().any() else None
            axes.barh(heights, own["rate"], 0.34, label=label, **BAR_STYLES[is_first])
            write_ends(axes, heights, own)
        axes.set_yticks(range(len(models)), shorten_apart(models, NAME_WIDTH).values())
        axes.set_ylim(len(models) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        scale_share(axes, "x", "overall win rate: wins of comparisons")
        # Room for the text of a bar as long as the axis.
        axes.xaxis.label.set(x=0, ha="left")
        axes.set_xlim(0, 1.45)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.spines["bottom"].set_bounds(0, 1)
        axes.set_title(self.title)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0)


def write_ends(axes: Axes, heights: pd.Series, bars: pd.DataFrame) -> None:
    """Write rate, rank and counts behind each bar."""
    for height, row in zip(heights, bars.itertuples(), strict=True):
        text = "no other model to compare with"
        if not pd.isna(row.rate):
            text = (
                f"{share(row.rate)}  rank {row.rank}  "
                f"{count(row.wins)} of {count(row.comparisons)} on "
                f"{counted(row.benchmark_count, 'benchmark')}"
            )
        end = 0 if pd.isna(row.rate) else row.rate
        axes.text(end + 0.01, height, text, va="center", size=8)


VARIANTS = {
    "overall_win_rate": WinRateBars(
        MAX_ACCURACY_RATES,
        "Wins by accuracy",
        ("all benchmarks that the model ran", "only those that every model ran"),
        ACCURACY_LEADERS,
        "comparisons of models",
    ),
    "overall_frontier_win_rate": WinRateBars(
        FRONTIER_RATES,
        "Wins by the smaller distance to the frontier",
        ("each benchmark's own distance", "one benchmark's for all"),
        FRONTIER_LEADERS,
        "comparisons of models with a known cost",
    ),
}
