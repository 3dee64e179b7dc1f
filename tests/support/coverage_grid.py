"""Simulated attempts whose true rates are known, and how the views fare on them.

A family's success probability is drawn from a beta distribution around the rate, with
a correlation of 0.3 among its tasks; a task's own around its family's, with another
0.3. Tasks without a family are drawn around the rate. The agents of a pair have the
same quantiles in all of these draws, so that what is hard for one is hard for the other.
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import beta, t

CORRELATION = 0.3
RATES = (0.05, 0.2, 0.5, 0.8, 0.95)
REPEATS = {"once": [1], "1 to 9 times": [1, 1, 2, 3, 9]}
# The family of each task; tasks of a family of one have no siblings.
DESIGNS = {
    **{f"{count} tasks": np.arange(count) for count in (5, 10, 20, 50, 100)},
    **{f"{count} families of 4": np.repeat(np.arange(count), 4) for count in (2, 3, 5)},
    "10 families of 4": np.repeat(np.arange(10), 4),
    "a family of 20, 9 tasks": np.r_[np.zeros(20, int), np.arange(1, 10)],
}
# Few families can be no better known than this.
LOWER_BAR = {"2 families of 4", "3 families of 4", "a family of 20, 9 tasks"}
PAIRS = [(rate, rate) for rate in RATES] + [(0.98, 0.92)]
BOARD_AGENTS = 10
DOCUMENT_MARKS = ("<!-- coverage: written by make soak -->", "<!-- end of coverage -->")


def bar(design: str) -> float:
    return 0.90 if design in LOWER_BAR else 0.93


def around(mean: np.ndarray | float, quantile: np.ndarray) -> np.ndarray:
    """Return probabilities with this mean, correlated by `CORRELATION`."""
    spread = 1 / CORRELATION - 1
    mean = np.clip(mean, 1e-4, 1 - 1e-4)
    return beta.ppf(quantile, mean * spread, (1 - mean) * spread)


def successes(
    design: str, repeats: str, rates: tuple[float, ...], sets: int, draw
) -> tuple[np.ndarray, np.ndarray]:
    """Return attempts by task, and successes by agent, set and task."""
    families = DESIGNS[design]
    tasks = len(families)
    attempts = np.resize(REPEATS[repeats], tasks)
    by_family = draw.random((sets, families.max() + 1))[:, families]
    by_task = draw.random((sets, tasks))
    has_siblings = families.max() + 1 < tasks
    counts = []
    for rate in rates:
        mean = around(rate, by_family) if has_siblings else rate
        counts.append(draw.binomial(attempts, around(mean, by_task)))
    return attempts, np.stack(counts)


def records(
    benchmark: list[str], design: str, attempts: np.ndarray, counts: np.ndarray
) -> pd.DataFrame:
    """Return a row per attempt of one cell; benchmark by set, agents by number."""
    agents, sets, tasks = counts.shape
    shape = (agents, sets, tasks)
    agent, number, task = (index.ravel() for index in np.indices(shape))
    frame = pd.DataFrame(
        {
            "benchmark": np.array(benchmark)[number],
            "agent_label": pd.Series(number).astype(str)
            + "/"
            + pd.Series(agent).astype(str),
            "task_id": pd.Series(number).astype(str)
            + "/"
            + pd.Series(task).astype(str),
            "task_family": pd.Series(number).astype(str)
            + "/"
            + pd.Series(DESIGNS[design][task]).astype(str),
            "attempt_count": attempts[task],
            "success_count": counts.ravel(),
        }
    )
    frame = frame.loc[frame.index.repeat(frame.attempt_count)]
    place = frame.groupby(level=0).cumcount()
    frame["is_success"] = place < frame.success_count
    return frame.drop(columns=["attempt_count", "success_count"])


def simulated(sets: int, pair_sets: int) -> Iterator[pd.DataFrame]:
    """Yield the attempts of each cell; the name of its benchmark says which it is."""
    draw = np.random.default_rng(20260318)
    for design, families in DESIGNS.items():
        for repeats in REPEATS:
            for rate in RATES:
                drawn = successes(design, repeats, (rate,), sets, draw)
                yield records(
                    [f"rate|{design}|{repeats}|{rate}"] * sets, design, *drawn
                )
            if len(families) < 10:
                continue
            for pair in PAIRS:
                drawn = successes(design, repeats, pair, pair_sets, draw)
                name = f"pair|{design}|{repeats}|{pair[0]}|{pair[1]}"
                yield records([name] * pair_sets, design, *drawn)
    for design in ("20 tasks", "10 families of 4"):
        drawn = successes(design, "once", (0.5,) * BOARD_AGENTS, pair_sets, draw)
        names = [f"board|{design}|{number}" for number in range(pair_sets)]
        yield records(names, design, *drawn)


def simulated_again(cells: pd.DataFrame, sets: int) -> Iterator[pd.DataFrame]:
    """Yield new attempts of the pairs of some cells of `pair_table`."""
    draw = np.random.default_rng(20260319)
    for cell in cells.sort_values(["design", "repeats", "rate_a"]).itertuples():
        pair = (cell.rate_a, cell.rate_b)
        drawn = successes(cell.design, cell.repeats, pair, sets, draw)
        name = f"pair|{cell.design}|{cell.repeats}|{pair[0]}|{pair[1]}"
        # Of one benchmark a thousand agents are compared.
        names = [f"{name}|{number // 400}" for number in range(sets)]
        yield records(names, cell.design, *drawn)


def with_those_again(pairs: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of `pairs`, of `again` where they are there."""
    keys = ["design", "repeats", "rate_a", "rate_b"]
    both = pd.concat([again, pairs], ignore_index=True)
    return both.drop_duplicates(keys).reset_index(drop=True)


def replace_attempts(
    connection: duckdb.DuckDBPyConnection, frames: Iterator[pd.DataFrame]
) -> None:
    """Let attempt_successes return these attempts."""
    columns = connection.execute("describe attempt_successes").fetchall()
    for number, frame in enumerate(frames):
        connection.register("frame", frame)
        verb = "insert into made_up" if number else "create table made_up as"
        connection.execute(f"{verb} from frame")
    constants = {
        "success_rule": "'full_credit'",
        "source": "'simulated'",
        "population": "'capability'",
        "score": "cast(is_success as double)",
    }
    known = {name for name, *_ in connection.execute("describe made_up").fetchall()}
    selected = ", ".join(
        f"cast({name if name in known else constants.get(name, 'null')} as {type_}) "
        f"as {name}"
        for name, type_, *_ in columns
    )
    connection.execute(
        f"create or replace view attempt_successes as select {selected} from made_up"
    )


def textbook_intervals(sets: pd.DataFrame) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the ends of the intervals that others compute from the same error.

    Student's t by clusters; Wilson's and the exact one over the tasks that would have
    that error, corrected by t, at most the tasks, and the clusters at 0 and 1.
    """
    rate, error = sets.success_rate.to_numpy(), sets.se_clustered.to_numpy()
    tasks, clusters = sets.task_count.to_numpy(), sets.cluster_count.to_numpy()
    of_clusters = t.ppf(0.975, clusters - 1)
    half = of_clusters * error
    yield np.clip(rate - half, 0, 1), np.clip(rate + half, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.minimum(rate * (1 - rate) / error**2, tasks)
    worth = np.where(error > 0, worth, tasks)
    worth = worth * (t.ppf(0.975, tasks - 1) / of_clusters) ** 2
    worth = np.where((rate == 0) | (rate == 1), clusters, worth)
    z = 1.959963984540054
    middle = rate + z * z / 2 / worth
    half = z * np.sqrt(rate * (1 - rate) / worth + z * z / 4 / worth**2)
    scale = 1 + z * z / worth
    yield (middle - half) / scale, (middle + half) / scale
    won, lost = rate * worth, (1 - rate) * worth
    yield (
        np.where(won > 0, beta.ppf(0.025, np.maximum(won, 1e-9), lost + 1), 0),
        np.where(lost > 0, beta.ppf(0.975, won + 1, np.maximum(lost, 1e-9)), 1),
    )


def least_width(sets: pd.DataFrame, rate: float, least_coverage: float) -> float:
    """The mean width of the narrowest of these that holds the rate often enough."""
    widths = [
        (high - low).mean()
        for low, high in textbook_intervals(sets)
        if ((low <= rate + 1e-9) & (high >= rate - 1e-9)).mean() >= least_coverage
    ]
    return min(widths, default=np.nan)


def rate_table(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Coverage and mean width of agent_intervals, a row per cell.

    `width_ratio` holds the width against the narrowest textbook interval that covers.
    """
    frame = connection.sql(
        """
        select
            split_part(benchmark, '|', 2) as design,
            split_part(benchmark, '|', 3) as repeats,
            cast(split_part(benchmark, '|', 4) as double) as rate,
            task_count,
            cluster_count,
            success_rate,
            se_clustered,
            ci_low,
            ci_high
        from agent_intervals
        where starts_with(benchmark, 'rate|')
        """
    ).df()
    rows = []
    for (design, repeats, rate), sets in frame.groupby(["design", "repeats", "rate"]):
        widths = sets.ci_high - sets.ci_low
        rows.append(
            {
                "design": design,
                "repeats": repeats,
                "rate": rate,
                "set_count": len(sets),
                "coverage": (
                    (sets.ci_low <= rate + 1e-9) & (sets.ci_high >= rate - 1e-9)
                ).mean(),
                "width": widths.mean(),
                "width_ratio": widths.mean() / least_width(sets, rate, bar(design)),
                "lowest": sets.ci_low.min(),
                "highest": sets.ci_high.max(),
                "narrowest": widths.min(),
            }
        )
    return pd.DataFrame(rows)


def pair_table(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Coverage of paired_comparisons and how often its test errs, a row per cell."""
    return connection.sql(
        """
        with pairs as (
            select
                *,
                cast(split_part(benchmark, '|', 4) as double) as rate_a,
                cast(split_part(benchmark, '|', 5) as double) as rate_b
            from paired_comparisons
            where
                starts_with(benchmark, 'pair|')
                and split_part(agent_a, '/', 1) = split_part(agent_b, '/', 1)
        )
        select
            split_part(benchmark, '|', 2) as design,
            split_part(benchmark, '|', 3) as repeats,
            rate_a,
            rate_b,
            count(*) as set_count,
            avg(cast(
                round(rate_a - rate_b, 12) between ci_low and ci_high as integer
            )) as coverage,
            avg(cast(p_value <= 0.05 as integer)) as found,
            avg(cast(mid_p <= 0.05 as integer)) as mid_found
        from pairs
        group by all
        """
    ).df()


def board_table(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Boards of equal agents on which any agent has a rank it cannot have."""
    return connection.sql(
        """
        select
            design,
            count(*) as set_count,
            avg(cast(is_wrong as integer)) as wrong
        from (
            select
                split_part(benchmark, '|', 2) as design,
                benchmark,
                max(rank_low) > 1 or min(rank_high) < max(agent_count) as is_wrong
            from separability
            where starts_with(benchmark, 'board|')
            group by all
        )
        group by design
        """
    ).df()


def in_order(frame: pd.DataFrame, column: str, names) -> pd.DataFrame:
    return frame.assign(
        **{column: pd.Categorical(frame[column], list(names), ordered=True)}
    )


def document(rates: pd.DataFrame, pairs: pd.DataFrame, boards: pd.DataFrame) -> str:
    """Write the tables as docs/inference.md has them."""
    rates = in_order(in_order(rates, "design", DESIGNS), "repeats", REPEATS)
    pairs = in_order(in_order(pairs, "design", DESIGNS), "repeats", REPEATS)
    lines = [
        (
            f"`agent_intervals`, {rates.set_count.min():,} sets per cell: share of "
            "intervals that contain the true rate. In brackets: mean width, and width "
            "as a multiple of the narrowest textbook interval that covers, of three (t "
            "by clusters, Wilson's, the exact one over the effective tasks); - if none "
            "covers."
        ),
        "",
        "| tasks | attempts at each | " + " | ".join(f"rate {r}" for r in RATES) + " |",
        "|---|---|" + "---:|" * len(RATES),
    ]
    for (design, repeats), group in rates.groupby(["design", "repeats"], observed=True):
        cells = group.set_index("rate")
        shares = [
            f"{cells.coverage[rate]:.1%} ({cells.width[rate]:.2f}, "
            + ("-)" if np.isnan(ratio) else f"{ratio:.2f})")
            for rate, ratio in ((rate, cells.width_ratio[rate]) for rate in RATES)
        ]
        lines.append(f"| {design} | {repeats} | " + " | ".join(shares) + " |")
    lines += [
        "",
        (
            f"`paired_comparisons`, {pairs.set_count.min():,} sets per cell: at equal "
            "rates, the share of p-values of at most 0.05, which should be at most 5 % "
            f"(from {pairs.set_count.max():,} new sets if the first ones had more). "
            "Last column: share of intervals that contain the difference of 0.98 and "
            "0.92."
        ),
        "",
        "| tasks | attempts at each | "
        + " | ".join(f"both {r}" for r in RATES)
        + " | 0.98, 0.92 |",
        "|---|---|" + "---:|" * (len(RATES) + 1),
    ]
    for (design, repeats), group in pairs.groupby(["design", "repeats"], observed=True):
        cells = group.set_index(["rate_a", "rate_b"])
        shares = [f"{cells.found[rate, rate]:.1%}" for rate in RATES]
        shares.append(f"{cells.coverage[0.98, 0.92]:.1%}")
        lines.append(f"| {design} | {repeats} | " + " | ".join(shares) + " |")
    lines += [
        "",
        "`separability`, boards of ten equal agents on which any rank is wrong:",
        "",
    ]
    lines += [
        f"- {row.design}: {row.wrong:.1%} of {row.set_count:,} boards"
        for row in boards.sort_values("design").itertuples()
    ]
    return "\n".join(lines) + "\n"


def write_document(
    text: str, page: str, marks: tuple[str, str] = DOCUMENT_MARKS
) -> str:
    """Return the page with the tables between its marks."""
    start, end = marks
    before, _, rest = page.partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"the page has no {start} followed by {end}")
    return f"{before}{start}\n\n{text}\n{end}{after}"
