"""Variance components, discrimination, costs and required tasks at their edges.

Against statsmodels, scipy and noncentral t on asymmetric made-up data, through the
compiled SQL of the views.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from simulated import through_views
from statsmodels.stats.power import TTestPower

NAMES = {
    "success_rule": "reported",
    "source": "s",
    "benchmark": "b",
    "population": "capability",
}


def outcomes(**agents: list[list[int]]) -> pd.DataFrame:
    """A row per attempt from its outcomes by agent and task."""
    return pd.DataFrame(
        [
            {**NAMES, "agent": agent, "task_id": f"t{task}", "outcome": outcome}
            for agent, tasks in agents.items()
            for task, attempts in enumerate(tasks)
            for outcome in attempts
        ]
    )


def counted(attempts: pd.DataFrame) -> pd.DataFrame:
    """What int_agent_tasks_counted makes of them."""
    frame = attempts.groupby([*NAMES, "agent", "task_id"]).outcome
    frame = frame.agg(attempt_count="size", success_count="sum").reset_index()
    return frame.assign(
        task_cluster="task:" + frame.task_id,
        success_rate=frame.success_count / frame.attempt_count,
    )


UNEVEN = outcomes(
    uneven=[[1, 1, 0], [0], [1, 0, 0, 0, 0, 0, 0], [1, 1], [0, 1, 1, 1]],
    alike=[[1, 1], [1], [1, 1, 1]],
    once=[[1], [0], [0]],
    one_task=[[1, 0, 0, 1, 1]],
    one_attempt=[[1]],
    inside_only=[[1, 0], [0, 1], [1, 0]],
    between_only=[[1, 1, 1], [0, 0], [1, 1]],
)


def test_variance_components_are_those_of_an_analysis_of_variance(sample_warehouse):
    rows = through_views(
        sample_warehouse,
        ["inference/variance_components"],
        int_agent_tasks_counted=counted(UNEVEN),
        int_unread_effort_agents=pd.DataFrame({"agent": ["nobody"]}),
    ).set_index("agent")
    assert set(rows.index) == set(UNEVEN.agent)
    for agent, own in UNEVEN.groupby("agent"):
        row = rows.loc[agent]
        tasks = pd.get_dummies(own.task_id).astype(float)
        shares = own.groupby("task_id").outcome.mean().to_numpy()
        sizes = own.groupby("task_id").size().to_numpy()
        if len(own) > len(shares):
            within = sm.OLS(own.outcome.astype(float), tasks).fit().mse_resid
            assert row.within_task_variance == pytest.approx(within, abs=1e-12)
        else:
            assert np.isnan(row.within_task_variance)
        if len(shares) == 1:
            assert row[["se_now", "icc", "between_task_variance"]].isna().all()
            continue
        assert row.se_now == pytest.approx(stats.sem(shares), abs=1e-12)
        twice = stats.sem(shares) / np.sqrt(2)
        assert row.se_with_double_tasks == pytest.approx(twice, abs=1e-12)
        if len(own) == len(shares):
            assert row[["icc", "se_with_double_attempts"]].isna().all()
            continue
        between = max(np.var(shares, ddof=1) - within * (1 / sizes).mean(), 0)
        assert row.between_task_variance == pytest.approx(between, abs=1e-12)
        assert row.se_now >= row.se_with_double_attempts >= row.se_with_double_tasks
    assert rows.icc["between_only"] == 1
    assert rows.icc["inside_only"] == 0
    assert np.isnan(rows.icc["alike"])


def test_the_expected_components_are_the_true_ones(sample_warehouse):
    """Over many agents whose tasks vary by 1/20 and attempts by the rest."""
    draw = np.random.default_rng(5)
    agents = {
        f"agent{number}": [
            list(draw.binomial(1, chance, size))
            for chance, size in zip(draw.beta(2, 2, 12), [1, 2, 5] * 4, strict=True)
        ]
        for number in range(800)
    }
    rows = through_views(
        sample_warehouse,
        ["inference/variance_components"],
        int_agent_tasks_counted=counted(outcomes(**agents)),
        int_unread_effort_agents=pd.DataFrame({"agent": ["nobody"]}),
    )
    # Of a probability drawn from beta(2, 2): variance 1/20, mean of p (1 - p) 1/5.
    assert rows.within_task_variance.mean() == pytest.approx(1 / 5, abs=0.01)
    assert rows.between_task_variance.mean() == pytest.approx(1 / 20, abs=0.012)


def test_discrimination_is_scipys_correlation_with_the_rest(sample_warehouse):
    draw = np.random.default_rng(9)
    shape = {f"a{number}": [[] for _ in range(7)] for number in range(6)}
    for number, tasks in enumerate(shape.values()):
        for task, attempts in enumerate(tasks):
            if (number + task) % 5:
                size = 1 + (number * task) % 3
                attempts += list(draw.binomial(1, 0.15 + 0.12 * number, size))
    shape["alone"] = [[], [], [1], [], [], [], []]
    for tasks in list(shape.values())[:6]:
        tasks += [[1, 1], [0]]
    attempts = outcomes(**shape)
    frame = counted(attempts)
    rows = through_views(
        sample_warehouse,
        ["inference/task_discrimination"],
        int_agent_tasks_counted=frame,
    ).set_index("task_id")
    found = 0
    for task, own in frame.groupby("task_id"):
        pairs = []
        for row in own.itertuples():
            rest = frame[(frame.agent == row.agent) & (frame.task_id != task)]
            if len(rest):
                pairs.append((row.success_rate, rest.success_rate.mean()))
        mine, rest = np.array(pairs).T
        if len(pairs) < 4 or np.ptp(mine) == 0 or np.ptp(rest) == 0:
            assert np.isnan(rows.rest_correlation[task])
        else:
            expected = stats.pearsonr(mine, rest).statistic
            assert rows.rest_correlation[task] == pytest.approx(expected, abs=1e-9)
            found += 1
        outcome = attempts[attempts.task_id == task].outcome
        assert rows.success_rate[task] == pytest.approx(outcome.mean())
        assert rows.is_solved_by_all[task] == outcome.all()
        assert rows.is_solved_by_none[task] == (not outcome.any())
    assert found > 3
    assert rows.is_solved_by_all["t7"]
    assert rows.is_solved_by_none["t8"]
    one = through_views(
        sample_warehouse,
        ["inference/task_discrimination"],
        int_agent_tasks_counted=frame[frame.agent == "a3"],
    )
    assert one.rest_correlation.isna().all()


# Clusters and costs of each attempt, with its outcome.
SPENT = {
    "uneven": [
        ("x", 0.5, 1),
        ("x", 2.5, 0),
        ("y", 4.0, 1),
        ("z", 0.25, 1),
        ("z", 1, 0),
    ],
    "never": [("x", 1.0, 0), ("y", 2.0, 0)],
    "free": [("x", 0.0, 1), ("y", 0.0, 1)],
    "unknown": [("x", None, 1), ("y", None, 0)],
    "mostly_known": [("x", 1.0 + task / 7, task % 3 > 0) for task in range(19)]
    + [("y", 2.0, 1)] * 20
    + [("z", None, 1)],
    "one_cluster": [("x", 1.0, 1), ("x", 3.0, 0)],
    "all_equal": [("x", 0.2, 1), ("y", 0.2, 1), ("z", 0.2, 1)],
}


def test_costs_of_a_success_are_a_ratio_estimator_s(sample_warehouse):
    rows = pd.DataFrame(
        [
            {**NAMES, "agent_label": agent, "task_id": task, "cost": cost, "won": won}
            for agent, attempts in SPENT.items()
            for task, cost, won in attempts
        ]
    )
    rows["attempt_id"] = [str(number) for number in rows.index]
    found = through_views(
        sample_warehouse,
        ["inference/cost_per_success"],
        attempt_successes=rows.assign(is_success=rows.won.astype(bool)).drop(
            columns=["cost", "won"]
        ),
        int_attempt_costs=rows[["attempt_id"]].assign(
            cost_usd=rows.cost.astype(float), token_count=1000.0
        ),
    ).set_index("agent")
    assert set(found.index) == set(SPENT)
    for agent in ("uneven", "mostly_known"):
        own = rows[(rows.agent_label == agent) & rows.cost.notna()]
        own = own.astype({"cost": float, "won": float})
        ratio = own.cost.sum() / own.won.sum()
        row = found.loc[agent]
        assert row.cost_per_success_usd == pytest.approx(ratio)
        # Regression of cost on successes through 0, weighted to go through the sums:
        # its cluster-robust error is that of the ratio.
        fit = sm.WLS(own.cost - ratio * own.won, np.ones(len(own))).fit(
            cov_type="cluster",
            cov_kwds={
                "groups": pd.factorize(own.task_id)[0],
                "use_correction": False,
            },
        )
        clusters = rows[rows.agent_label == agent].task_id.nunique()
        error = fit.bse.iloc[0] * len(own) / own.cost.sum()
        error *= (clusters / (clusters - 1)) ** 0.5
        half = stats.t.ppf(0.975, clusters - 1) * error
        assert np.log(row.ci_high / ratio) == pytest.approx(half, rel=1e-9)
        assert np.log(ratio / row.ci_low) == pytest.approx(half, rel=1e-9)
    assert found.known_cost_share["mostly_known"] == pytest.approx(39 / 40)
    assert found.cost_per_success_usd["free"] == 0
    assert found.cost_per_success_usd["one_cluster"] == 4
    assert found.cost_per_success_usd["all_equal"] == pytest.approx(0.2)
    assert found.cost_per_success_usd[["never", "unknown"]].isna().all()
    assert found.tokens_per_success["unknown"] == 2000
    assert np.isnan(found.tokens_per_success["never"])
    # What nothing is known to vary by has no interval, and not one of no width.
    none = ["never", "free", "unknown", "one_cluster", "all_equal"]
    assert found.loc[none, ["ci_low", "ci_high"]].isna().all(axis=None)


def test_required_tasks_have_the_power_by_noncentral_t(sample_warehouse):
    pairs = pd.DataFrame(
        [
            ("one", 0.11, 20, 20),
            ("two", 0.023, 400, 400),
            ("three", 0.31, 11, 11),
            ("clustered", 0.06, 60, 15),
        ],
        columns=["agent_b", "se", "shared_task_count", "cluster_count"],
    ).assign(**NAMES, agent_a="a", minimum_detectable_difference=1.0)
    alike = pairs.head(1).assign(agent_b="alike", minimum_detectable_difference=None)
    rows = through_views(
        sample_warehouse,
        ["inference/required_tasks"],
        paired_comparisons=pd.concat([pairs, alike], ignore_index=True),
    )
    assert len(rows) == 16
    for row in rows.merge(pairs, on="agent_b").itertuples():
        size = row.shared_task_count / row.cluster_count
        deviation = row.se * row.cluster_count**0.5
        needed = TTestPower().solve_power(
            row.difference / deviation, alpha=0.05, power=0.8
        )
        # In clusters of that size; Guenther's formula is short of it by little.
        assert row.tasks_needed / size == pytest.approx(needed, abs=1.2)
        power = TTestPower().power(
            row.difference / deviation, row.tasks_needed / size, 0.05
        )
        assert power == pytest.approx(0.8, abs=0.02)
        assert row.tasks_now == row.shared_task_count
