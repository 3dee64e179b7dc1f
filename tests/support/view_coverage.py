"""The tables of docs/inference.md on ratings, deltas, correlations and win rates."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from coverage_grid import DESIGNS, PAIRS, REPEATS
from simulated import (
    share_that_holds,
    simulated_correlations,
    simulated_deltas,
    simulated_ratings,
    simulated_win_rates,
)

MARKS = (
    "<!-- ratings, deltas, correlations: written by make soak -->",
    "<!-- end of ratings, deltas, correlations -->",
)
RATED = [(repeats, *pair) for repeats in REPEATS for pair in PAIRS]
MORE_DESIGNS = DESIGNS | {
    "20 families of 4": np.repeat(np.arange(20), 4),
    "families of 8, 5, 4, 2, 1": np.repeat(np.arange(5), [8, 5, 4, 2, 1]),
}
# Of many tasks every replicate is drawn, which takes minutes.
DELTA_DESIGNS = {
    name: families
    for name, families in (MORE_DESIGNS | {"250 tasks": np.arange(250)}).items()
    if name not in ("50 tasks", "100 tasks")
}
# The true rates of four models.
FIELDS = [(0.02, 0.05, 0.1, 0.3), (0.5, 0.6, 0.7, 0.9), (0.85, 0.9, 0.95, 0.98)]
CELL = ["repeats", "rate_a", "rate_b"]
CONTROLS = ("none", "human_minutes", "task")


def rating_table(warehouse: Path, sets: int) -> pd.DataFrame:
    """Coverage of model_ratings, a row per cell, and how many sets have an interval."""
    rows = []
    for seed, design in enumerate(DESIGNS):
        found = simulated_ratings(warehouse, design, RATED, sets, seed)
        for cell, own in found.groupby("cell"):
            rows.append(
                {
                    "design": design,
                    **dict(zip(CELL, RATED[cell], strict=True)),
                    "set_count": len(own),
                    "known": own.ci_low.notna().mean(),
                    "coverage": share_that_holds(own, own.truth),
                }
            )
    return pd.DataFrame(rows)


def delta_table(warehouse: Path, sets: int) -> pd.DataFrame:
    """Coverage of action_delta_summary and how often its test errs, a row per cell."""
    rows = []
    for seed, (design, families) in enumerate(DELTA_DESIGNS.items()):
        for is_whole in (False, True):
            found = simulated_deltas(warehouse, families, sets, seed, is_whole)
            again = found
            if (found.sign_test_p <= 0.05).mean() > 0.05:
                again = simulated_deltas(
                    warehouse, families, 10 * sets, 99, is_whole, is_drawn=False
                )
            rows.append(
                {
                    "design": design,
                    "is_whole": is_whole,
                    "set_count": len(found),
                    "coverage": share_that_holds(found, 0),
                    "found": (again.sign_test_p <= 0.05).mean(),
                }
            )
    return pd.DataFrame(rows)


def correlation_table(warehouse: Path, sets: int) -> pd.DataFrame:
    """How often a correlation is found that is 0, a row per design and control.

    Of three times as many new sets where it is in more than 6 %.
    """
    rows = []
    for seed, (design, families) in enumerate(MORE_DESIGNS.items()):
        shares = correlations_found(warehouse, families, sets, seed)
        if max(shares.values()) > 0.06:
            shares = correlations_found(warehouse, families, 3 * sets, 99)
        rows += [
            {"design": design, "control": control, "found": found}
            for control, found in shares.items()
        ]
    return pd.DataFrame(rows).assign(set_count=sets)


def correlations_found(
    warehouse: Path, families: np.ndarray, sets: int, seed: int
) -> dict[str, float]:
    """Return the share of intervals that leave out 0, by control."""
    found = simulated_correlations(warehouse, families, sets, seed)
    own = found.groupby("controlling_for")
    held = own.apply(lambda group: share_that_holds(group, 0), include_groups=False)
    return {control: 1 - held.get(control, np.nan) for control in CONTROLS}


def win_rate_table(warehouse: Path, sets: int) -> pd.DataFrame:
    """Coverage of model_win_rates, a row per design and field of models."""
    rows = []
    for seed, design in enumerate(DESIGNS):
        for rates in FIELDS:
            found = simulated_win_rates(warehouse, design, rates, sets, seed)
            rows.append(
                {
                    "design": design,
                    "rates": ", ".join(map(str, rates)),
                    "set_count": len(found) // len(rates),
                    "coverage": share_that_holds(
                        found.round({"ci_low": 9, "ci_high": 9}), found.truth.round(9)
                    ),
                }
            )
    return pd.DataFrame(rows)


def lines_of(
    ratings: pd.DataFrame,
    deltas: pd.DataFrame,
    correlations: pd.DataFrame,
    win_rates: pd.DataFrame,
) -> Iterator[str]:
    """Yield the lines of the tables as docs/inference.md has them."""
    yield (
        f"`model_ratings`, {ratings.set_count.min():,} sets of two models per cell: share "
        "of intervals that contain the true strength. In brackets: share of sets with an "
        "interval; there is none if all matches are ties."
    )
    yield ""
    names = [f"both {a}" if a == b else f"{a}, {b}" for a, b in PAIRS]
    yield f"| tasks | attempts at each | {' | '.join(names)} |"
    yield "|---|---|" + "---:|" * len(PAIRS)
    for (design, repeats), own in ratings.groupby(["design", "repeats"], sort=False):
        shares = [f"{row.coverage:.1%} ({row.known:.0%})" for row in own.itertuples()]
        yield f"| {design} | {repeats} | {' | '.join(shares)} |"
    yield ""
    yield (
        f"`action_delta_summary`, {deltas.set_count.min():,} sets per cell, deltas with a "
        "median of 0: share of intervals that contain 0, and share of `sign_test_p` of at "
        f"most 0.05 (from {10 * deltas.set_count.min():,} new sets if the first ones had "
        "more than 5 %). For continuous deltas, and for whole numbers of which many are 0."
    )
    yield ""
    yield "| tasks | contains 0 | small p | whole numbers: contains 0 | small p |"
    yield "|---|---:|---:|---:|---:|"
    for design, own in deltas.groupby("design", sort=False):
        shares = [f"{row.coverage:.1%} | {row.found:.1%}" for row in own.itertuples()]
        yield f"| {design} | {' | '.join(shares)} |"
    yield ""
    yield (
        "Rank correlations in `headline_sensitivity`, "
        f"{correlations.set_count.max():,} sets per cell in which action count and score "
        "are independent: share of intervals that exclude 0, by control (from "
        f"{3 * correlations.set_count.max():,} new sets if a share was above 6 %)."
    )
    yield ""
    yield f"| tasks | {' | '.join(CONTROLS)} |"
    yield "|---|" + "---:|" * len(CONTROLS)
    for design, own in correlations.groupby("design", sort=False):
        shares = [
            "no interval" if np.isnan(row.found) else f"{row.found:.1%}"
            for row in own.itertuples()
        ]
        yield f"| {design} | {' | '.join(shares)} |"
    yield ""
    yield (
        f"`model_win_rates`, {win_rates.set_count.min():,} sets per cell of four models at "
        "these rates, each task tried once: share of intervals that contain the win rate "
        "over infinitely many tasks."
    )
    yield ""
    yield f"| tasks | {' | '.join(win_rates.rates.unique())} |"
    yield "|---|" + "---:|" * win_rates.rates.nunique()
    for design, own in win_rates.groupby("design", sort=False):
        yield f"| {design} | {' | '.join(map('{:.1%}'.format, own.coverage))} |"
