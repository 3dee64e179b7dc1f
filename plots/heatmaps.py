"""One number per model and benchmark: accuracy, cost, latency or win rate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, PercentFormatter

from plots.axes import InView, decade_ticks
from plots.figure import Answer
from plots.leaderboard import (
    ACCURACY_LEADERS,
    EACH,
    FRONTIER_LEADERS,
    NAME_WIDTH,
    REPEATS,
    SHOWN,
    shown_of,
    spans_decades,
)
from plots.palette import BLACK, GREY, LIGHT_GREY
from plots.text import amount, count, share, shorten_apart, wrap

COLORS = colormaps["viridis"]
VALUE_SIZE = 7.5
LINE_LENGTH = 160  # of the subtitle, in characters
NEW_LINE = "\n"
GRID_QUERY = """
    with {shown},

    cells as ({cells})

    select
        models.model,
        models.model_count,
        benchmarks.benchmark,
        benchmarks.benchmark_count,
        cells.model is not null as is_evaluated,
        cells.n,
        {repeats} as repeats,
        cells.detail,
        cells.value
    from models
    cross join benchmarks
    left join cells
        on models.model = cells.model and benchmarks.benchmark = cells.benchmark
    qualify count(cells.value) over () > 0
    order by models.model, benchmarks.benchmark
"""
# A model that ran on a benchmark with scaffolds of unknown kind alone is shown with them.
MEANS = """
    select
        benchmark,
        model,
        {column} as value,
        {n} as n,
        nullif(concat_ws(
            ', ',
            case when {n} > 1 then 'n = ' || {n} end,
            case when scaffold_kind = 'unknown' then 'kind?' end
        ), '') as detail
    from scaffold_kind_summary
    where source = $source and scaffold_kind in ({kinds})
    qualify row_number() over (
        partition by benchmark, model order by scaffold_kind = 'unknown'
    ) = 1
"""
SCAFFOLD_WINS = """
    select
        benchmark,
        model,
        win_rate as value,
        wins,
        comparisons as n,
        wins || ' of ' || comparisons
        || case when scaffold_kind = 'unknown' then ', kind?' else '' end
            as detail
    from scaffold_kind_summary
    where source = $source and scaffold_kind in ({kinds})
    qualify row_number() over (
        partition by benchmark, model order by scaffold_kind = 'unknown'
    ) = 1
"""
MAX_ACCURACY_WINS = f"""
    select distinct
        considered.benchmark,
        considered.model,
        win_rate as value,
        comparisons as n,
        wins || ' of ' || comparisons as detail
    from considered
    left join benchmark_win_rates
        on
            source = $source
            and repeats = {REPEATS}
            and basis = 'max_accuracy'
            and considered.benchmark = benchmark_win_rates.benchmark
            and considered.model = benchmark_win_rates.model
"""
# The published wins are of the best evaluations.
FRONTIER_WINS = """
    select distinct
        considered.benchmark,
        considered.model,
        corrected.win_rate as value,
        corrected.comparisons as n,
        format('({:.1f} %)', 100 * published.win_rate) as detail
    from considered
    left join benchmark_win_rates as corrected
        on
            corrected.source = $source
            and corrected.repeats = 'best'
            and corrected.basis = 'frontier_distance'
            and considered.benchmark = corrected.benchmark
            and considered.model = corrected.model
    left join published_frontier_win_rates as published
        on
            published.source = $source
            and considered.benchmark = published.benchmark
            and considered.model = published.model
"""
# What the cells answer: the ends of their range, or who wins most often.
ENDS_QUERY = """
    with cells as ({cells})

    select
        count(*) as cell_count,
        sum(n)::bigint as evaluation_count,
        arg_min(model, (value, benchmark, model)) as first_model,
        arg_min(benchmark, (value, benchmark, model)) as first_benchmark,
        min(value) as lowest,
        100 * min(value) as lowest_percent,
        arg_max(model, (value, benchmark, model)) as last_model,
        arg_max(benchmark, (value, benchmark, model)) as last_benchmark,
        max(value) as highest,
        100 * max(value) as highest_percent
    from cells
    where value is not null
"""
WINNER_QUERY = """
    with cells as ({cells}),

    models as (
        select
            model,
            sum(wins)::bigint as wins,
            sum(n)::bigint as comparisons,
            count(distinct benchmark) as benchmark_count,
            count(*) over () as model_count
        from cells
        where n > 0
        group by model
    )

    select
        model,
        wins,
        comparisons,
        100 * wins / comparisons as win_percent,
        benchmark_count,
        model_count
    from models
    where 2 * benchmark_count >= (select max(benchmark_count) from models)
    order by wins / comparisons desc, model desc
    limit 1
"""
WINNER = (
    "Of the models that ran at least half as many benchmarks as any, `{model}` wins "
    "most often: {wins} of its {comparisons} comparisons on {benchmark_count} "
    "benchmarks, {win_percent:.1f} %. n = {model_count:,} models."
)
ALONE = "evaluated, but no other model to compare with"


@dataclass(frozen=True)
class Heatmap:
    """A figure with a cell per model and benchmark.

    `cells` yields benchmark, model, value, n and a second line for the cell;
    `unit` says what n counts, `unknown` what an evaluated cell without value is,
    `missing` what there is none of where there is no cell.
    """

    cells: str
    title: str
    label: str
    remark: str
    unit: str
    unknown: str
    write: Callable[[float], str]
    ANSWER: Answer
    missing: str = "evaluations"
    SIZE: ClassVar = (14.5, 7)

    @property
    def QUERIES(self) -> dict[str, str]:
        return {
            "cells": GRID_QUERY.format(shown=SHOWN, cells=self.cells, repeats=REPEATS)
        }

    def subtitle(self, frames: dict[str, pd.DataFrame]) -> str:
        cells = frames["cells"]
        shown = (
            f"n = {count(cells['n'].sum())} {self.unit} · "
            f"{shown_of(cells, 'model')} · {shown_of(cells, 'benchmark')}"
        )
        remark = self.remark.format(each=EACH.get(cells["repeats"].iloc[0]))
        # Both in one line only where the figure is wide enough for them.
        is_long = len(shown) + len(remark) > LINE_LENGTH
        return f"{shown}{NEW_LINE if is_long else ' · '}{remark}"

    def draw(self, frames: dict[str, pd.DataFrame], figure: Figure) -> None:
        """Draw a cell per model and benchmark, and mark those without a number."""
        axes = figure.subplots()
        cells = frames["cells"]
        models, benchmarks = (cells[key].unique() for key in ("model", "benchmark"))
        norm = color_scale(cells["value"], is_share=self.write is share)
        image = axes.imshow(
            cells["value"].to_numpy().reshape(len(models), len(benchmarks)),
            cmap=COLORS,
            norm=norm,
            aspect="auto",
        )
        # All at once: a colour by itself takes a millisecond.
        colors = COLORS(norm(np.ma.masked_invalid(cells["value"].to_numpy(float))))
        places = ((x, y) for y in range(len(models)) for x in range(len(benchmarks)))
        for place, cell, color in zip(places, cells.itertuples(), colors, strict=True):
            if pd.isna(cell.value):
                draw_missing(axes, place, cell.is_evaluated)
            else:
                text = self.write(cell.value)
                if not pd.isna(cell.detail):
                    text += f"\n{cell.detail}"
                axes.text(
                    *place,
                    text,
                    ha="center",
                    va="center",
                    size=VALUE_SIZE,
                    color=readable_on(color),
                )
        axes.set_yticks(range(len(models)), shorten_apart(models, NAME_WIDTH).values())
        width = 190 // len(benchmarks)
        axes.set_xticks(
            range(len(benchmarks)),
            [wrap(name, width) for name in benchmarks],
            size=VALUE_SIZE,
        )
        axes.hlines(np.arange(1, len(models)) - 0.5, *axes.get_xlim(), "white", lw=1)
        axes.vlines(
            np.arange(1, len(benchmarks)) - 0.5, *axes.get_ylim(), "white", lw=1
        )
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_title(self.title, pad=26)
        figure.supxlabel("benchmark", size=9.5)
        self.add_colors(figure, axes, image)
        self.add_legend(axes, cells)

    def add_colors(self, figure: Figure, axes: Axes, image) -> None:
        """Add the scale of colours, labelled as the cells are."""
        is_log = isinstance(image.norm, LogNorm)
        bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.01, aspect=35)
        bar.set_label(f"{self.label}{' (log scale)' if is_log else ''}")
        bar.outline.set_visible(False)
        if self.write is share:
            bar.formatter = PercentFormatter(1, decimals=0, symbol=" %")
        else:
            bar.formatter = FuncFormatter(lambda value, _: f"{value:,.9g}")
        if is_log:
            bar.locator = InView(decade_ticks(image.norm.vmin, image.norm.vmax))
            bar.minorlocator = FixedLocator([])
        bar.update_ticks()

    def add_legend(self, axes: Axes, cells: pd.DataFrame) -> None:
        """Explain the kinds of cells without a number that occur."""
        missing = cells[cells["value"].isna()]
        handles = []
        if not missing["is_evaluated"].all():
            handles.append(Patch(**missing_style(False), label="no evaluation"))
        if missing["is_evaluated"].any():
            handles.append(Patch(**missing_style(True), label=self.unknown))
        if handles:
            axes.legend(
                handles=handles,
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=2,
                borderpad=0,
            )


def missing_style(is_evaluated: bool) -> dict[str, str]:
    """Return how a cell without a number is filled."""
    return {
        "facecolor": "white",
        "edgecolor": GREY if is_evaluated else LIGHT_GREY,
        "hatch": "...." if is_evaluated else "////",
        "linewidth": 0,
    }


def draw_missing(axes: Axes, place: tuple[int, int], is_evaluated: bool) -> None:
    """Fill a cell that has no number."""
    x, y = place
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, **missing_style(is_evaluated)))


def color_scale(values: pd.Series, is_share: bool) -> Normalize:
    """Return the colours' scale: 0 to 100 %, else from zero, log over decades."""
    if is_share:
        return Normalize(0, 1)
    if spans_decades(values):
        return LogNorm(values[values > 0].min(), values.max(), clip=True)
    return Normalize(0, values.max() or 1)


def readable_on(color: tuple[float, float, float, float]) -> str:
    """Return black or white, whichever stands out more (WCAG's contrast)."""
    channels = np.array(color[:3])
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    return BLACK if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "white"


def ends_answer(cells: str, lowest: str, highest: str) -> Answer:
    """Return the answer that names the lowest and the highest of the cells."""
    return Answer(
        ENDS_QUERY.format(cells=cells),
        f"From {lowest} (`{{first_model}}` on `{{first_benchmark}}`) to {highest} "
        "(`{last_model}` on `{last_benchmark}`), over n = {evaluation_count:,} "
        "evaluations in {cell_count} cells of a model and a benchmark.",
    )


def dollars(number: float) -> str:
    """Return `$12.5`."""
    return f"${amount(number)}"


def seconds(number: float) -> str:
    """Return `12.5 s`."""
    return f"{amount(number)} s"


def kind_variants(kind: str, scaffold: str, kinds: str) -> dict[str, Heatmap]:
    """Return the four figures of one kind of scaffold."""

    def means(column: str, n: str) -> str:
        return MEANS.format(column=column, n=n, kinds=kinds)

    accuracies = means("mean_accuracy", "scored_count")
    costs = means("mean_cost_usd", "costed_count")
    latencies = means("mean_latency_seconds", "timed_count")
    wins = SCAFFOLD_WINS.format(kinds=kinds)
    remark = "mean of a cell's evaluations, n where there are several"
    heatmaps = {
        "accuracy": Heatmap(
            cells=accuracies,
            title=f"Mean accuracy with {scaffold}",
            label="mean accuracy",
            remark=remark,
            unit="evaluations",
            unknown="evaluated, but no accuracy reported",
            write=share,
            ANSWER=ends_answer(
                accuracies, "{lowest_percent:.1f} %", "{highest_percent:.1f} %"
            ),
        ),
        "cost": Heatmap(
            cells=costs,
            title=f"Mean cost of one run with {scaffold}",
            label="mean cost, US dollars as reported",
            remark=remark,
            unit="evaluations with a cost",
            unknown="evaluated, but no cost known",
            write=dollars,
            ANSWER=ends_answer(costs, "${lowest:.2f}", "${highest:.2f}"),
        ),
        "latency": Heatmap(
            cells=latencies,
            title=f"Mean latency of one task with {scaffold}",
            label="mean latency, seconds",
            remark=remark,
            unit="evaluations with a latency",
            unknown="evaluated, but not timed",
            write=seconds,
            ANSWER=ends_answer(latencies, "{lowest:.1f} s", "{highest:.1f} s"),
        ),
        "win_rate": Heatmap(
            cells=wins,
            title=f"Wins over other models with {scaffold} by accuracy",
            label="win rate",
            remark="wins of comparisons with the same scaffold; a tie is no win",
            unit="comparisons",
            unknown=ALONE,
            write=share,
            ANSWER=Answer(WINNER_QUERY.format(cells=wins), WINNER),
        ),
    }
    missing = f"evaluations with {scaffold} (seeds/scaffolds.csv says which)"
    return {
        f"{kind}_{measure}": replace(heatmap, missing=missing)
        for measure, heatmap in heatmaps.items()
    }


VARIANTS = {
    **kind_variants("generalist", "the generalist scaffold", "'generalist'"),
    **kind_variants(
        "task_specific",
        "scaffolds made for the benchmark",
        "'task_specific', 'unknown'",
    ),
    "max_accuracy_win_rate": Heatmap(
        cells=MAX_ACCURACY_WINS,
        title="Wins over other models by accuracy",
        label="win rate",
        remark="{each} · wins of comparisons on the benchmark; a tie is no win",
        unit="comparisons",
        unknown=ALONE,
        write=share,
        ANSWER=ACCURACY_LEADERS,
        missing="comparisons of models",
    ),
    "frontier_distance_win_rate": Heatmap(
        cells=FRONTIER_WINS,
        title="Wins over other models by the smaller distance to the frontier",
        label="win rate, corrected",
        remark=(
            "each model by its most accurate evaluation · in brackets: by the distance "
            "on the model's first benchmark, for all of them · a tie is no win"
        ),
        unit="comparisons",
        unknown="evaluated, but no cost known or no other model to compare with",
        write=share,
        ANSWER=FRONTIER_LEADERS,
        missing="comparisons of models with a known cost",
    ),
}
