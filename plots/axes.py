"""Elements that several figures share: axes, notes, cumulative curves."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, PercentFormatter

from plots.palette import GREY

# Ticks inside a decade, by how often the lowest value goes into the highest.
COUNT_STEPS = {12: (1, 1.5, 2, 3, 5, 7), 100: (1, 2, 5), float("inf"): (1, 3)}
AMOUNT_STEPS = {
    2.5: (1, 1.5, 2, 3, 4, 5, 6, 7, 8),
    6: (1, 2, 3, 5),
    30: (1, 2, 5),
    500: (1, 3),
    float("inf"): (1,),
}
MINUTE_TICKS = {
    1 / 60: "1 s",
    1 / 4: "15 s",
    1: "1 min",
    4: "4 min",
    15: "15 min",
    60: "1 h",
    240: "4 h",
    960: "16 h",
    3840: "64 h",
}


class InView(FixedLocator):
    """Ticks at fixed values; only those in view are created, since each costs time."""

    def __call__(self):
        start, end = sorted(self.axis.get_view_interval())
        return [value for value in self.locs if start <= value <= end]


def scale_counts(axes: Axes, which: str, values: pd.Series) -> None:
    """Make the x or y axis logarithmic over counts, with room for zeros."""
    lowest, highest = values.min(), values.max()
    getattr(axes, f"set_{which}scale")("symlog", linthresh=1, linscale=0.4)
    getattr(axes, f"set_{which}lim")(
        -0.1 if lowest < 1 else 0.75 * lowest, 1.33 * max(highest, 1)
    )
    span = highest / max(lowest, 1)
    steps = next(steps for limit, steps in COUNT_STEPS.items() if span <= limit)
    ticks = [0, *(step * 10**power for power in range(9) for step in steps)]
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(InView(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.9g}"))


def scale_amounts(axes: Axes, values: pd.Series, logarithmic: bool) -> None:
    """Scale the x axis over dollars or seconds, with room for zeros."""
    positive = values[values > 0]
    if not logarithmic or positive.empty:
        highest = values.max() or 1
        axes.set_xlim(-0.04 * highest, 1.1 * highest)
        axes.xaxis.set_major_locator(MaxNLocator(5))
    else:
        lowest, highest = positive.min(), positive.max()
        margin = max(1.15, (highest / lowest) ** 0.08)
        if values.min() < lowest:
            axes.set_xscale("symlog", linthresh=lowest, linscale=0.4)
            axes.set_xlim(-0.3 * lowest, margin * highest)
            ticks = [
                tick
                for tick in decade_ticks(lowest, highest)
                if lowest < tick < highest
            ]
            ticks = _apart(axes, [0, *ticks])
        else:
            axes.set_xscale("log")
            axes.set_xlim(lowest / margin, margin * highest)
            ticks = decade_ticks(lowest, highest)
        axes.xaxis.set_major_locator(InView(ticks))
        axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.9g}"))


def _apart(axes: Axes, ticks: list[float]) -> list[float]:
    """Return the ticks of the x axis that leave room for each other's labels."""
    start, end = (axes.transScale.transform((each, 0))[0] for each in axes.get_xlim())
    kept, last = [], float("-inf")
    for tick in ticks:
        at = (axes.transScale.transform((tick, 0))[0] - start) / (end - start)
        if at - last > 0.12:
            kept.append(tick)
            last = at
    return kept


def scale_note(values: pd.Series, logarithmic: bool) -> str:
    """Return what an axis that `scale_amounts` made adds to its label."""
    if not logarithmic:
        return ""
    return " (log scale, linear to 0)" if (values == 0).any() else " (log scale)"


def decade_ticks(lowest: float, highest: float) -> list[float]:
    """Return round values of a logarithmic axis, the fewer the longer it is."""
    span = highest / lowest
    steps = next(steps for limit, steps in AMOUNT_STEPS.items() if span <= limit)
    return [step * 10.0**power for power in range(-9, 10) for step in steps]


def scale_minutes(axes: Axes, minutes: pd.Series) -> None:
    """Make the x axis logarithmic over human working times."""
    axes.set_xscale("log")
    if minutes.notna().any():
        axes.set_xlim(0.7 * minutes.min(), 1.4 * minutes.max())
    scale_ticks(axes.xaxis, MINUTE_TICKS)
    axes.set_xlabel("time a human needs for the task")


def scale_ticks(axis: Axis, ticks: Mapping[float, str]) -> None:
    """Put ticks at these values only, with these labels."""
    axis.set_major_locator(InView(list(ticks)))
    axis.set_minor_locator(FixedLocator([]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: ticks.get(value, "")))


def scale_share(axes: Axes, which: str, label: str) -> None:
    """Make the x or y axis run from 0 to 100 %."""
    getattr(axes, f"set_{which}lim")(-0.03, 1.03)
    getattr(axes, f"{which}axis").set_major_formatter(
        PercentFormatter(1, decimals=0, symbol=" %")
    )
    getattr(axes, f"set_{which}label")(label)


def draw_cumulative(axes: Axes, steps: pd.DataFrame, **line: str) -> None:
    """Draw `cumulative_share` over `action_count` as a step curve from zero."""
    first = steps["action_count"].iloc[0]
    axes.step(
        [first, *steps["action_count"]],
        [0, *steps["cumulative_share"]],
        where="post",
        **line,
    )


def note(axes: Axes, text: str) -> None:
    """Write `text` in the middle of axes that have nothing else to show."""
    axes.text(
        0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY
    )
    axes.set(xticks=[], yticks=[])
