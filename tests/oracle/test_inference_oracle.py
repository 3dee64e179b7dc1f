"""The inference views against scipy, statsmodels and exact arithmetic.

On the shipped sample, and on made-up attempts that tie, repeat, lack a family or
stand alone on purpose.
"""

import random
import shutil
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from math import comb
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import statsmodels.api as sm
from conftest import DBT, run_in_repository
from scipy.stats import beta, binomtest, t
from statsmodels.stats.multitest import multipletests

GROUP = ["success_rule", "source", "benchmark", "population"]
AGENT = [*GROUP, "agent"]
PAIR = [*GROUP, "agent_a", "agent_b"]
T_QUERY = """
    select
        degrees_of_freedom,
        {{ t_quantile_975('numbers.degrees_of_freedom', 't_quantiles.t_975') }}
            as value,
        {{ t_quantile_800('numbers.degrees_of_freedom', 't_quantiles.t_800') }}
            as of_power
    from (select unnest(range(1, 10001)) as degrees_of_freedom) as numbers
    left join {{ ref('t_quantiles') }} as t_quantiles using (degrees_of_freedom)
    order by degrees_of_freedom
"""


def made_up_attempts() -> pd.DataFrame:
    """Attempts at tasks with siblings, without any, and without a family.

    Agents of one attempt a task, of many, of one task only, always right and
    always wrong; two that do the same; one that misbehaves.
    """
    draw = random.Random(20260216)
    chances = {
        "always": 1.0,
        "good": 0.8,
        "even": 0.5,
        "never": 0.0,
        "one task": 0.5,
        "elsewhere": 0.5,
        "bad": 0.2,
    }
    rows = []
    for benchmark, task_count in (("many", 60), ("few", 12), ("tiny", 3)):
        for agent, chance in chances.items():
            for number in range(task_count):
                if (agent == "one task" and number) or draw.random() < 0.1:
                    continue
                # No task in common with the others, but for a few.
                task = number + (task_count - 5 if agent == "elsewhere" else 0)
                family = None if benchmark == "few" else f"family {task // 4}"
                difficulty = draw.choice([-0.2, 0, 0.2]) if 0 < chance < 1 else 0
                for _ in range(draw.choice([1, 1, 2, 3, 9])):
                    rows.append(
                        {
                            "benchmark": benchmark,
                            "agent": agent,
                            "task_family": family,
                            "task_id": f"task {task}",
                            "is_success": draw.random() < chance + difficulty,
                        }
                    )
    frame = pd.DataFrame(rows).assign(population="capability", model="m")
    twin = frame[frame.agent == "even"].assign(agent="even again")
    told = frame[frame.agent == "good"].assign(agent="told", population="safety")
    human = frame[frame.agent == "good"].assign(agent="human", population="human")
    frame = pd.concat([frame, twin, told, human], ignore_index=True)
    return frame.assign(
        agent_label=frame.agent,
        source="metr",
        success_rule="any_credit",
        attempt_id=[str(number) for number in frame.index],
    )


@pytest.fixture(scope="module", params=["sample", "made up"])
def views(
    request, sample_warehouse, tmp_path_factory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample's warehouse, as it is or with made-up attempts in their place."""
    path = tmp_path_factory.mktemp("inference") / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, path)
    if request.param == "made up":
        with duckdb.connect(path) as connection:
            replace_attempts(connection, made_up_attempts())
        counted = ["int_agent_tasks_counted+", "int_compared_agent_tasks+"]
        command = [DBT, "--quiet", "run", "--select", *counted]
        run = run_in_repository(command, path, path.parent)
        assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


def replace_attempts(connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame):
    """Let attempt_successes return `frame`."""
    columns = connection.execute("describe attempt_successes").fetchall()
    connection.register("frame", frame)
    connection.execute("create table made_up as from frame")
    selected = ", ".join(
        f"cast({name if name in frame else 'null'} as {type_}) as {name}"
        for name, type_, *_ in columns
    )
    connection.execute(
        f"create or replace view attempt_successes as select {selected} from made_up"
    )


@pytest.fixture(scope="module")
def attempts(views) -> pd.DataFrame:
    frame = views.sql("from attempt_successes where population <> 'human'").df()
    alone = "alone in " + frame.task_id
    # One agent name can run several models, which the views tell apart.
    return frame.assign(
        agent=frame.agent_label, cluster=frame.task_family.fillna(alone)
    )


@pytest.fixture(scope="module")
def tasks(attempts) -> pd.DataFrame:
    """Attempts, successes and their share by agent and task."""
    groups = attempts.groupby([*AGENT, "task_id", "cluster"]).is_success
    frame = groups.agg(attempt_count="count", success_count="sum").reset_index()
    return frame.assign(rate=frame.success_count / frame.attempt_count)


def clustered(values: pd.Series, clusters: pd.Series) -> dict[str, float]:
    """Mean, standard error and 95 % interval by statsmodels."""
    groups = clusters.nunique()
    if groups == 1:
        return dict.fromkeys(["se", "ci_low", "ci_high"]) | {"mean": values.mean()}
    codes = pd.factorize(clusters)[0]
    # Its own correction has a factor (n - 1) / (n - 1) for one coefficient.
    fit = sm.OLS(values.to_numpy(), [[1.0]] * len(values)).fit(
        cov_type="cluster", cov_kwds={"groups": codes}, use_t=True
    )
    low, high = fit.conf_int()[0]
    return {"mean": fit.params[0], "se": fit.bse[0], "ci_low": low, "ci_high": high}


def assert_same(actual: pd.DataFrame, expected: pd.DataFrame, key: list[str]) -> None:
    assert len(expected) > 0
    columns = [*key, *(name for name in expected if name not in key)]
    pd.testing.assert_frame_equal(
        actual[columns].sort_values(key, ignore_index=True),
        expected[columns].sort_values(key, ignore_index=True),
        check_dtype=False,
        rtol=1e-9,
        atol=1e-12,
    )


def compiled(query: str, warehouse: Path) -> pd.DataFrame:
    """Return the rows of a query that calls our macros."""
    command = [DBT, "--quiet", "compile", "--inline", query]
    # Where the warehouse was built dbt knows the project already.
    run = run_in_repository(command, warehouse, warehouse.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.sql(run.stdout).df()


def test_t_quantiles_are_scipys(sample_warehouse):
    frame = compiled(T_QUERY, sample_warehouse)
    expected = t.ppf(0.975, frame.degrees_of_freedom)
    assert len(frame) == 10_000
    assert frame.value.to_numpy() == pytest.approx(expected, abs=1e-9)
    of_power = t.ppf(0.8, frame.degrees_of_freedom)
    assert frame.of_power.to_numpy() == pytest.approx(of_power, abs=1e-9)


def effective_tasks(rates: pd.Series, clusters: pd.Series) -> float | None:
    """How many tasks without siblings are worth these, by matrices."""
    members = pd.get_dummies(clusters).to_numpy(float)
    sizes, n, groups = members.sum(0), len(rates), members.shape[1]
    if groups == 1:
        return None
    rate = rates.mean()
    correlated = n / (1 + ((sizes**2).sum() / n - 1) / 3)
    if rate in (0, 1):
        return correlated
    sums = members.T @ (rates - rate).to_numpy()
    variance = (sums**2 / (1 - sizes / n)).sum() / n**2
    # No variance at all: as many tasks as there are.
    worth = rate * (1 - rate) * n / (n - 1) / variance if variance > 1e-20 else n
    worth = min(worth, n)
    fewer = worth * (t.ppf(0.975, n - 1) / t.ppf(0.975, groups - 1)) ** 2
    return max(fewer, min(worth, correlated))


def exact_interval(rate: float, trials: float | None) -> tuple:
    """Clopper and Pearson's interval; the trials need not be an integer."""
    if trials is None:
        return None, None
    x = rate * trials
    low = beta.ppf(0.025, x, trials - x + 1) if x > 0 else 0.0
    high = beta.ppf(0.975, x + 1, trials - x) if x < trials else 1.0
    return low, high


def test_agent_intervals(views, tasks, attempts):
    rows = []
    naive = attempts.astype({"is_success": float}).groupby(AGENT).is_success.sem()
    for key, group in tasks.groupby(AGENT):
        interval = clustered(group.rate, group.cluster)
        trials = effective_tasks(group.rate, group.cluster)
        low, high = exact_interval(group.rate.mean(), trials)
        rows.append(
            {
                **dict(zip(AGENT, key, strict=True)),
                "task_count": len(group),
                "attempt_count": group.attempt_count.sum(),
                "success_rate": interval["mean"],
                "se_clustered": interval["se"],
                "effective_task_count": trials,
                "ci_low": low,
                "ci_high": high,
                "naive_se": naive[key],
            }
        )
    actual = views.sql("from agent_intervals").df()
    assert_same(actual, pd.DataFrame(rows), AGENT)
    known = actual[actual.ci_low.notna()]
    assert len(known) < len(actual)
    assert ((known.ci_low >= 0) & (known.ci_high <= 1)).all()
    assert (known.ci_low < known.ci_high).all()
    assert known.success_rate.between(known.ci_low, known.ci_high).all()


def test_exact_limits_are_scipys(sample_warehouse):
    trials = [0.7, 1, 2.5, 8, 33.3, 250, 4_000.5, 1_000_000]
    rates = [0, 0.0001, 0.03, 0.5, 0.9, 0.999, 1]
    pairs = [(rate, number) for rate in rates for number in trials]
    values = ", ".join(f"({rate}e0, {number}e0)" for rate, number in pairs)
    query = f"""
        with observed as (
            select * from (values {values}) as given (rate, trial_count)
        ), {{{{ binomial_limit_ctes(['rate', 'trial_count']) }}}}
        final as (select * from binomial_limits)
        select * from final
    """
    frame = compiled(query, sample_warehouse)
    assert len(frame) == len(pairs)
    for row in frame.itertuples():
        expected = exact_interval(row.rate, row.trial_count)
        assert (row.ci_low, row.ci_high) == pytest.approx(expected, abs=2e-9)


@pytest.fixture(scope="module")
def pairs(tasks) -> pd.DataFrame:
    rows = []
    for key, group in tasks.groupby(GROUP):
        rates = {
            agent: own.set_index(["cluster", "task_id"]).rate
            for agent, own in group.groupby("agent")
        }
        for a, b in combinations(sorted(rates), 2):
            differences = (rates[a] - rates[b]).dropna()
            if len(differences) < 10:
                continue
            interval = clustered(
                differences, differences.index.get_level_values("cluster").to_series()
            )
            more, fewer = (differences > 0).sum(), (differences < 0).sum()
            untied = more + fewer
            rows.append(
                {
                    **dict(zip(GROUP, key, strict=True)),
                    "agent_a": a,
                    "agent_b": b,
                    "shared_task_count": len(differences),
                    "mean_difference": interval["mean"],
                    "se": interval["se"],
                    "ci_low": interval["ci_low"],
                    "ci_high": interval["ci_high"],
                    "a_only_count": more,
                    "b_only_count": fewer,
                    "mcnemar_p": binomtest(more, untied).pvalue if untied else 1.0,
                }
            )
    frame = pd.DataFrame(rows)
    frame["holm_p"] = frame.groupby(GROUP).mcnemar_p.transform(
        lambda p: multipletests(p, method="holm")[1]
    )
    return frame.assign(minimum_detectable_difference=2.8 * frame.se)


def test_paired_comparisons(views, pairs):
    assert_same(views.sql("from paired_comparisons").df(), pairs, PAIR)


def test_an_agent_and_its_twin_are_not_told_apart(views):
    rows = views.sql(
        "select mean_difference, se, is_separable, mcnemar_p from paired_comparisons "
        "where agent_a = 'even' and agent_b = 'even again'"
    ).fetchall()
    assert set(rows) <= {(0.0, 0.0, False, 1.0)}


def test_the_sign_test_is_exact_for_thousands_of_tasks(sample_warehouse):
    splits = [(5_000, 4_900), (3_000, 2_600), (1_200, 900), (1_000, 0), (7, 0)]
    values = ", ".join(str(split) for split in splits)
    query = f"""
        with splits as (
            select * from (values {values}) as given (more_count, fewer_count)
        ), {{{{ sign_test_ctes() }}}}
        final as (select * from sign_tests)
        select * from final
    """
    frame = compiled(query, sample_warehouse)
    assert len(frame) == len(splits)
    for row in frame.itertuples():
        expected = binomtest(row.more_count, row.more_count + row.fewer_count)
        assert row.sign_test_p == pytest.approx(expected.pvalue, rel=1e-8)


def test_separability(views, tasks, pairs):
    rates = tasks.groupby(AGENT).rate.agg(["count", "mean"]).round(15).reset_index()
    rows = []
    for key, field in rates.groupby(GROUP):
        able = field[field["count"] >= 10] if (field["count"] >= 10).any() else field
        best = able.sort_values(["mean", "agent"], ascending=[False, True]).agent.iloc[
            0
        ]
        own = pairs[(pairs[GROUP] == list(key)).all(axis=1)]
        for row in field.itertuples():
            found = {}
            for pair in own[
                (own[["agent_a", "agent_b"]] == row.agent).any(axis=1)
            ].itertuples():
                sign = 1 if pair.agent_a == row.agent else -1
                rival = pair.agent_b if sign == 1 else pair.agent_a
                low, high = pair.ci_low, pair.ci_high
                # Where the differences do not vary the interval is a point.
                verdict = None if pd.isna(low) else low > 1e-12 or high < -1e-12
                found[rival] = (sign * pair.mean_difference, verdict)
            difference, verdict = found.get(best, (None, None))
            if row.agent == best:
                difference, verdict = 0.0, False
            beaten = [gap for gap, is_separable in found.values() if is_separable]
            rows.append(
                {
                    **dict(zip(GROUP, key, strict=True)),
                    "agent": row.agent,
                    "success_rate": row.mean,
                    "best_agent": best,
                    "difference_to_best": difference,
                    "is_separable": verdict,
                    "rank": 1 + (field["mean"] > row.mean).sum(),
                    "rank_low": 1 + sum(gap < 0 for gap in beaten),
                    "rank_high": len(field) - sum(gap > 0 for gap in beaten),
                }
            )
    nullable = {"is_separable": "boolean"}
    actual = views.sql("from separability").df().astype(nullable)
    assert_same(actual, pd.DataFrame(rows).astype(nullable), AGENT)


def test_repeatability(views, tasks):
    rows = []
    for key, group in tasks.groupby(AGENT):
        for k in (1, 2, 4, 8):
            own = group[group.attempt_count >= k]
            counts = [
                (int(row.attempt_count), int(row.success_count))
                for row in own.itertuples()
            ]
            if not counts:
                continue
            no = [Fraction(comb(n - c, k), comb(n, k)) for n, c in counts]
            all_ = [Fraction(comb(c, k), comb(n, k)) for n, c in counts]
            rows.append(
                {
                    **dict(zip(AGENT, key, strict=True)),
                    "k": k,
                    "task_count": len(counts),
                    "success_rate": own.rate.mean(),
                    "pass_at_k": float(1 - sum(no) / len(counts)),
                    "pass_hat_k": float(sum(all_) / len(counts)),
                }
            )
    assert_same(views.sql("from repeatability").df(), pd.DataFrame(rows), [*AGENT, "k"])


def test_draws_stay_exact_for_thousands_of_attempts(sample_warehouse):
    counts = [(0, 9), (3, 100), (99, 100), (5_000, 10_000), (9_999, 10_000)]
    values = ", ".join(str(pair) for pair in counts)
    query = " union all ".join(
        f"""
        select c, n, {draws} as draws,
            {{{{ share_of_draws('c', 'n', {draws}) }}}} as value
        from (values {values}) as given (c, n)
        where n >= {draws}
        """
        for draws in (1, 8, 100)
    )
    for row in compiled(query, sample_warehouse).itertuples():
        expected = Fraction(comb(row.c, row.draws), comb(row.n, row.draws))
        assert row.value == pytest.approx(float(expected), rel=1e-12)


def test_outcome_consistency(views, tasks):
    frame = tasks[tasks.attempt_count >= 2]
    biased = (2 * frame.rate - 1) ** 2
    frame = frame.assign(
        consistency_biased=biased,
        consistency=(frame.attempt_count * biased - 1) / (frame.attempt_count - 1),
        flip_share=(frame.rate > 0) & (frame.rate < 1),
    )
    groups = frame.groupby(AGENT)
    means = groups[["consistency_biased", "consistency", "flip_share"]].mean()
    expected = means.assign(
        task_count=groups.size(), attempt_count=groups.attempt_count.sum()
    )
    assert_same(
        views.sql("from outcome_consistency").df(), expected.reset_index(), AGENT
    )
