"""The time horizons against scikit-learn and a bootstrap that draws attempt by attempt.

Nothing here works from cells of task and model, as the SQL does, but from attempts.
"""

import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from compiled import statements
from scipy.special import expit
from scipy.stats import t
from sklearn.linear_model import LogisticRegression

SAMPLE_KEY = ["success_rule", "source", "model"]
KEY = ["success_rule", "weighting", "regularisation", "source", "model"]
REGULARISATIONS = (0.1, 0.00001)
STUDY = (
    "success_rule = 'reported' and weighting = 'inverse_sqrt_family' "
    "and regularisation = 0.1"
)


def attempts_of(views: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The attempts to fit, with both weights and their minutes on the log scale."""
    rows = views.sql(
        "from attempt_successes where population <> 'safety' and human_minutes > 0 "
        "order by attempt_id, success_rule"
    ).df()
    task = [*SAMPLE_KEY, "benchmark", "task_id"]
    rows["family"] = rows.task_family.fillna("alone: " + rows.task_id)
    family = [*SAMPLE_KEY, "benchmark", "family"]
    rows["equal"] = 1 / rows.groupby(task).task_id.transform("size")
    tried = rows.groupby(family).task_id.transform("nunique")
    rows["inverse_sqrt_family"] = rows.equal / np.sqrt(tried)
    for weight in ("equal", "inverse_sqrt_family"):
        rows[weight] /= rows.groupby(SAMPLE_KEY)[weight].transform("sum")
    rows["log2_minutes"] = np.log2(rows.human_minutes)
    return rows


def fit(x, y, weights, regularisation) -> tuple[float, float]:
    """Intercept and slope by scikit-learn."""
    model = LogisticRegression(
        C=1 / regularisation, solver="newton-cholesky", tol=1e-12, max_iter=10_000
    )
    model.fit(np.reshape(x, (-1, 1)), y, sample_weight=weights)
    return model.intercept_[0], model.coef_[0][0]


@pytest.fixture(params=["sample", "real"])
def views(request) -> duckdb.DuckDBPyConnection:
    return request.getfixturevalue(f"{request.param}_views")


def expected_horizons(attempts: pd.DataFrame) -> pd.DataFrame:
    """The view without its intervals."""
    rows = []
    for key, group in attempts.groupby(SAMPLE_KEY):
        for weighting in ("equal", "inverse_sqrt_family"):
            for regularisation in REGULARISATIONS:
                row = dict(zip(SAMPLE_KEY, key, strict=True)) | {
                    "weighting": weighting,
                    "regularisation": regularisation,
                    "attempt_count": len(group),
                    "task_count": len(
                        group[["benchmark", "task_id"]].drop_duplicates()
                    ),
                }
                rows.append(row | horizon(group, weighting, regularisation))
    return pd.DataFrame(rows).set_index(KEY).sort_index()


def horizon(group: pd.DataFrame, weighting: str, regularisation: float) -> dict:
    """The curve, the two horizons and the status of one model's attempts."""
    if not group.is_success.any():
        return {"status": "all_fail"}
    if group.is_success.all():
        return {"status": "all_success"}
    x = group.log2_minutes
    intercept, slope = fit(x, group.is_success, group[weighting], regularisation)
    row = {"intercept": intercept, "slope": slope}
    if slope > -1e-9:
        return row | {"status": "positive_slope"}
    log2_p50 = -intercept / slope
    return row | {
        "p50_minutes": 2**log2_p50,
        "p80_minutes": 2 ** ((math.log(0.8 / 0.2) - intercept) / slope),
        "status": "ok" if x.min() <= log2_p50 <= x.max() else "extrapolated",
    }


def test_they_equal_those_of_scikit_learn(views):
    expected = expected_horizons(attempts_of(views))
    actual = views.sql("from time_horizons").df().set_index(KEY).sort_index()
    assert {"ok", "extrapolated"} <= set(expected.status)
    assert actual.index.equals(expected.index)
    for column in ("attempt_count", "task_count", "status"):
        assert actual[column].tolist() == expected[column].tolist()
    for column in ("intercept", "slope", "p50_minutes", "p80_minutes"):
        difference = actual[column] - expected[column]
        scale = expected[column].abs().clip(lower=1e-3)
        assert (actual[column].isna() == expected[column].isna()).all()
        assert (difference / scale).abs().max() < 1e-6, column


def test_weights_are_those_that_the_study_gives(real_views):
    weights = real_views.sql(
        """
        select
            cells.weight / (
                cells.attempt_count
                * sum(cells.weight) over (partition by cells.fit_number)
            ) as ours,
            case cells.weighting
                when 'equal' then runs.equal_task_weight
                else runs.invsqrt_task_weight
            end as given
        from intermediate.int_horizon_cells as cells
        inner join (
            select distinct
                alias, task_id, equal_task_weight, invsqrt_task_weight
            from raw.metr_horizon_runs
        ) as runs using (task_id)
        inner join agents
            on runs.alias = agents.agent and cells.model = agents.model
        where
            cells.source = 'metr_horizon' and agents.source = 'metr_horizon'
            and cells.success_rule = 'reported'
        """
    ).df()
    assert len(weights) == 2 * 831
    # The file rounds them to ten digits after the point.
    assert (weights.ours - weights.given).abs().max() < 1e-10


def test_the_study_s_own_weights_give_the_same_horizons(real_views):
    runs = real_views.sql(
        """
        select runs.*, agents.model as name
        from raw.metr_horizon_runs as runs
        inner join agents on runs.alias = agents.agent
        where agents.source = 'metr_horizon'
        """
    ).df()
    horizons = real_views.sql(
        f"from time_horizons where source = 'metr_horizon' and {STUDY}"
    ).df()
    ours = horizons.set_index("model")
    for name, group in runs.groupby("name"):
        if not group.score_binarized.any():
            assert ours.status[name] == "all_fail"
            continue
        intercept, slope = fit(
            np.log2(group.human_minutes),
            group.score_binarized,
            group.invsqrt_task_weight / group.invsqrt_task_weight.sum(),
            0.1,
        )
        assert ours.intercept[name] == pytest.approx(intercept, rel=1e-6)
        assert ours.slope[name] == pytest.approx(slope, rel=1e-6)
        p50 = 2 ** (-intercept / slope)
        assert ours.p50_minutes[name] == pytest.approx(p50, rel=1e-5)


# ---------------------------------------------------------- made-up cells


@pytest.fixture(scope="module")
def compiled(made_run) -> dict[str, str]:
    """The SQL of the models by name."""
    return statements(made_run / "target" / "compiled")


def made_up_cells(seed: int) -> pd.DataFrame:
    """Cells of 200 models: few tasks, equal ones, outcomes that time decides."""
    draw = np.random.default_rng(seed)
    frames = []
    for fit_number in range(200):
        size = draw.integers(1, 12)
        minutes = draw.choice([0, 0.01, 3, 3.1, 7, draw.normal(5, 3)], size)
        attempts = draw.integers(1, 9, size)
        probability = [draw.random(size), minutes < 4, minutes > 4][draw.integers(3)]
        frames.append(
            pd.DataFrame(
                {
                    "fit_number": fit_number,
                    "attempt_count": attempts,
                    "success_count": draw.binomial(attempts, probability),
                    "log2_minutes": minutes * draw.choice([1, 1, 1, 100]),
                    "weight": draw.choice([1, 0.5, 1 / math.sqrt(3)], size),
                }
            )
        )
    cells = pd.concat(frames, ignore_index=True)
    cells["success_share"] = cells.success_count / cells.attempt_count
    return cells


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_fits_of_made_up_cells_leave_nothing_to_gain(compiled, seed):
    cells = made_up_cells(seed)
    sql = compiled["int_horizon_fits"].replace(
        '"evalhouse"."intermediate"."int_horizon_cells"', "cells"
    )
    fits = duckdb.sql(sql).df()
    mixed = cells.groupby("fit_number").success_share.agg(lambda s: 0 < s.mean() < 1)
    assert len(fits) == 2 * mixed.sum()
    for row in fits.itertuples():
        group = cells[cells.fit_number == row.fit_number]
        weight = group.weight / group.weight.sum()
        x = group.log2_minutes - row.centre
        residual = weight * (group.success_share - expit(row.intercept + row.slope * x))
        # The loss is convex: where it is flat is its one minimum.
        assert abs(residual.sum()) < 1e-9
        along_slope = (residual * x).sum() - row.regularisation * row.slope
        assert abs(along_slope) < 1e-9 * (1 + x.abs().max())


# -------------------------------------------------------------- intervals


def test_intervals_without_draws_end_where_the_curve_is_significant(
    compiled, sample_warehouse
):
    cells = made_up_cells(6)
    cells["source"], cells["benchmark"] = "metr", "metr"
    cells["task_id"] = cells.groupby("fit_number").cumcount().astype(str)
    cells["family_key"] = "family " + (cells.task_id.astype(int) % 4).astype(str)
    by_fit = cells.groupby("fit_number")
    cells["is_drawn"] = by_fit.task_id.transform("size") <= 5
    cells["fit_family_count"] = by_fit.family_key.transform("nunique")
    table = '"evalhouse"."intermediate"."int_horizon_{}"'
    with duckdb.connect(sample_warehouse, read_only=True) as connection:
        quantiles = connection.sql("from seeds.t_quantiles").df()
    fits = duckdb.sql(
        compiled["int_horizon_fits"].replace(table.format("cells"), "cells")
    ).df()
    variances, sql = (
        compiled[f"int_horizon_{name}"] for name in ("variances", "normal_intervals")
    )
    for name in ("cells", "fits", "variances"):
        variances = variances.replace(table.format(name), name)
        sql = sql.replace(table.format(name), name)
    variances = duckdb.sql(variances).df()
    sql = sql.replace('"evalhouse"."seeds"."t_quantiles"', "quantiles")
    key = ["fit_number", "regularisation"]
    intervals = duckdb.sql(sql).df().merge(fits, on=key)
    sizes = by_fit.size()
    assert set(intervals.fit_number) == {n for n in fits.fit_number if sizes[n] > 5}
    assert len(quantiles) == 100
    siblings = cells.groupby("family_key").task_id.nunique()
    ended = 0
    for row in intervals.itertuples():
        group = cells[cells.fit_number == row.fit_number]
        variance = sandwich(group, row, siblings)
        quantile = t.ppf(0.975, group.family_key.nunique() - 1)
        ends = (row.log2_p50_low, row.log2_p50_high)
        if not row.slope < -quantile * math.sqrt(variance[1, 1]):
            assert ends == (-math.inf, math.inf)
            assert (row.log2_p80_low, row.log2_p80_high) == (-math.inf, math.inf)
            continue
        ended += 1
        low, high = (end - row.centre for end in ends)
        assert low <= -row.intercept / row.slope <= high
        for end, log_odds in (
            *((end, 0) for end in ends),
            (row.log2_p80_low, math.log(4)),
            (row.log2_p80_high, math.log(4)),
        ):
            height = row.intercept + row.slope * (end - row.centre) - log_odds
            along = np.array([1, end - row.centre])
            half_width = quantile * math.sqrt(along @ variance @ along)
            assert abs(height) == pytest.approx(half_width, rel=1e-4, abs=1e-6)
    assert ended > 20


def sandwich(group: pd.DataFrame, fit, siblings: pd.Series) -> np.ndarray:
    """The covariance of intercept and slope over the draws of int_horizon_replicates."""
    x = (group.log2_minutes - fit.centre).to_numpy()
    design = np.column_stack([np.ones_like(x), x])
    weight, share = group.weight.to_numpy(), group.success_share.to_numpy()
    probability = expit(fit.intercept + fit.slope * x)
    scores = (weight * (share - probability))[:, None] * design
    scores[:, 1] -= weight * fit.regularisation * fit.slope
    noise = weight**2 * share * (1 - share) / group.attempt_count.to_numpy()
    meat = scores.T @ scores + design.T @ (noise[:, None] * design)
    for family, rows in group.reset_index(drop=True).groupby("family_key"):
        score = scores[rows.index].sum(axis=0)
        meat += (1 - 1 / siblings[family]) * np.outer(score, score)
    bread = design.T @ ((weight * probability * (1 - probability))[:, None] * design)
    bread[1, 1] += fit.regularisation * weight.sum()
    inverse = np.linalg.inv(bread)
    return inverse @ meat @ inverse


def test_intervals_do_not_depend_on_threads(compiled, sample_warehouse):
    intervals = []
    for threads in (1, 4):
        with duckdb.connect(config={"threads": threads}) as connection:
            path = f"'{sample_warehouse}' as evalhouse (read_only)"
            connection.execute(f"attach {path}")
            rows = connection.sql(compiled["int_horizon_replicates"])
            key = "fit_number, regularisation, replicate"
            intervals.append(rows.order(key).fetchall())
    assert intervals[0]
    assert str(intervals[0]) == str(intervals[1])


def drawn_anew(group: dict, families: list, draw) -> np.ndarray:
    """Families, their tasks and the tasks' attempts, drawn with replacement."""
    parts = []
    for tasks, copies in zip(families, draw.poisson(1, len(families)), strict=True):
        for task in draw.choice(tasks, copies * len(tasks)):
            attempts = group[task]
            parts.append(attempts[draw.choice(len(attempts), len(attempts))])
    return np.concatenate(parts)


def quick_fit(sample: np.ndarray, regularisation: float) -> tuple[float, float]:
    """Log2 of p50 and p80 by Newton's method from a flat start."""
    x, y, weight = sample.T
    if y.min() == y.max():
        return (math.inf if y.min() else -math.inf,) * 2
    weight, beta = weight / weight.sum(), np.zeros(2)
    design = np.column_stack([np.ones_like(x), x - x.mean()])
    ridge = np.diag([0, regularisation])
    for _ in range(20):
        p = expit(design @ beta)
        score = design.T @ (weight * (y - p)) - ridge @ beta
        information = (design.T * (weight * p * (1 - p))) @ design + ridge
        beta += np.linalg.solve(information, score)
    heights = beta[0] - np.array([0, math.log(4)])
    if beta[1] < 0:
        return tuple(x.mean() - heights / beta[1])
    return tuple(np.copysign(math.inf, heights))


def test_intervals_are_those_of_a_bootstrap_of_attempts(sample_views):
    attempts = attempts_of(sample_views)
    attempts = attempts[
        (attempts.source == "metr_horizon") & (attempts.success_rule == "reported")
    ]
    families = list(attempts.groupby("family").task_id.unique())
    horizons = sample_views.sql(
        f"from time_horizons where source = 'metr_horizon' and {STUDY}"
    ).df()
    assert len(horizons) == 6
    columns = ["log2_minutes", "is_success", "inverse_sqrt_family"]
    for row in horizons.itertuples():
        draw = np.random.default_rng(1)
        own = attempts[attempts.model == row.model]
        group = {
            task: rows[columns].to_numpy(float) for task, rows in own.groupby("task_id")
        }

        def drawn(count: int, group=group, draw=draw) -> list[tuple[float, float]]:
            return [
                quick_fit(drawn_anew(group, families, draw), 0.1) for _ in range(count)
            ]

        replicates = drawn(1000)
        if not np.isfinite(replicates).all(axis=1).mean() > 0.97:
            # An end so near to the draws that have none moves by more.
            replicates += drawn(3000)
        for name, horizons_drawn in zip(
            ("p50", "p80"), zip(*replicates, strict=True), strict=True
        ):
            low, high = np.quantile(horizons_drawn, [0.025, 0.975], method="nearest")
            # A quantile so far out is known to a tenth of the interval or so; where the
            # interval is open, to three standard errors of the share beyond it.
            off = 3 * math.sqrt(0.025 * 0.975 * 2 / len(replicates))
            for end, expected in (("low", low), ("high", high)):
                bound = getattr(row, f"{name}_{end}")
                endless = -np.inf if end == "low" else np.inf
                share = np.mean(np.equal(horizons_drawn, endless))
                if name == "p80" and abs(share - 0.025) < 0.02:
                    # So near to what leaves no end, either may be.
                    continue
                if np.isfinite(expected):
                    # An end at the limits or beyond is open.
                    found = np.nan_to_num(
                        np.log2(bound), nan=-20 if end == "low" else 30
                    )
                    if np.isfinite(high - low):
                        known = np.array([-1, 1]) * 0.2 * (high - low) + expected
                    else:
                        shares = (0.025 if end == "low" else 0.975) + np.array(
                            [-off, off]
                        )
                        known = np.quantile(horizons_drawn, shares, method="nearest")
                    least, most = np.clip(known, -20, 30)
                    assert least <= found <= most
                else:
                    assert np.isnan(bound)


# ---------------------------------------------------------------- budgets


def test_success_within_budgets_is_counted_attempt_by_attempt(views):
    attempts = views.sql(
        "from attempt_successes"
        " where population = 'capability' and action_count is not null"
    ).df()
    budgets = views.sql("from success_within_budget").df()
    assert set(budgets.success_rule) == set(attempts.success_rule)
    groups = dict(list(attempts.groupby(SAMPLE_KEY)))
    for row in budgets.itertuples():
        group = groups[row.success_rule, row.source, row.model]
        within = group.is_success & (group.action_count <= row.budget_actions)
        assert row.attempt_count == len(group)
        assert row.success_rate == pytest.approx(within.mean(), rel=1e-12)
