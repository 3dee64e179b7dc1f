"""The inference views against scipy, statsmodels and exact arithmetic.

On the shipped sample, and on made-up attempts that tie, repeat, lack a family or
stand alone on purpose.
"""

import random
import shutil
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from math import ceil, comb, exp
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from conftest import DBT, run_in_repository
from scipy.stats import beta, binomtest, norm, pearsonr, t
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
        selected = [
            "agent_intervals+",
            "int_agent_tasks_counted+",
            "int_compared_agent_tasks+",
        ]
        command = [DBT, "--quiet", "run", "--select", *selected]
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


def assert_same(
    actual: pd.DataFrame, expected: pd.DataFrame, key: list[str], atol: float = 1e-12
) -> None:
    assert len(expected) > 0
    columns = [*key, *(name for name in expected if name not in key)]
    pd.testing.assert_frame_equal(
        actual[columns].sort_values(key, ignore_index=True),
        expected[columns].sort_values(key, ignore_index=True),
        check_dtype=False,
        rtol=1e-9,
        atol=atol,
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
    siblings = (sizes**2).sum() / n - 1
    correlated = n / (1 + siblings / 3)
    if rate in (0, 1):
        return (sizes / (1 + (sizes - 1) / 3)).sum()
    sums = members.T @ (rates - rate).to_numpy()
    variance = (sums**2 / (1 - sizes / n)).sum() / n**2
    # No variance at all: as many tasks as there are.
    worth = rate * (1 - rate) * n / (n - 1) / variance if variance > 1e-20 else n
    fewer = worth * (t.ppf(0.975, n - 1) / t.ppf(0.975, groups - 1)) ** 2
    most = n / (1 + siblings / 30)
    return max(min(fewer, most), min(worth, most, correlated))


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
    # The ends are rounded to ten digits.
    assert_same(actual, pd.DataFrame(rows), AGENT, atol=1e-10)
    known = actual[actual.ci_low.notna()]
    assert set(actual.cluster_count[actual.ci_low.isna()]) <= {1}
    assert (known.cluster_count > 1).all()
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


def flip_tests(sums: list[float]) -> tuple[float, float]:
    """p and mid-p of all patterns of signs, by the distribution of their sum.

    Sums are multiples of 1 / 5040 here: the attempts per task divide that.
    """
    sizes = [abs(round(value * 5_040)) for value in sums]
    observed = abs(sum(round(value * 5_040) for value in sums))
    if not any(sizes):
        return 1.0, 1.0
    shares = {0: 1.0}
    for size in sizes:
        moved: dict[int, float] = {}
        for total, probability in shares.items():
            for signed in (total - size, total + size):
                moved[signed] = moved.get(signed, 0.0) + probability / 2
        shares = moved
    same = sum(p for total, p in shares.items() if abs(total) == observed)
    more = sum(p for total, p in shares.items() if abs(total) > observed)
    return same + more, more + same / 2


def paired_interval(values: np.ndarray, clusters: np.ndarray) -> tuple:
    """Bonett and Price's interval with clusters: two tasks more, one for each."""
    groups = clusters.max() + 1
    if groups == 1:
        return None, None
    values = np.append(values, [1.0, -1.0])
    codes = np.append(clusters, [groups, groups + 1])
    mean = values.mean()
    sums = np.bincount(codes, values - mean)
    variance = (sums**2 / (1 - np.bincount(codes) / len(values))).sum()
    half = t.ppf(0.975, groups - 1) * variance**0.5 / len(values)
    return mean - half, mean + half


@pytest.fixture(scope="module")
def pairs(tasks) -> pd.DataFrame:
    rows = []
    for key, group in tasks.groupby(GROUP):
        rates = {
            agent: own.set_index(["cluster", "task_id"])[["rate", "attempt_count"]]
            for agent, own in group.groupby("agent")
        }
        for a, b in combinations(sorted(rates), 2):
            both = rates[a].join(rates[b], how="inner", suffixes=("_a", "_b"))
            if len(both) < 10:
                continue
            differences = both.rate_a - both.rate_b
            cluster = differences.index.get_level_values("cluster").to_series()
            interval = clustered(differences, cluster)
            codes = pd.factorize(cluster)[0]
            low, high = paired_interval(differences.to_numpy(), codes)
            sums = differences.groupby(level="cluster").sum()
            p, mid_p = flip_tests(list(sums))
            groups = len(sums)
            if groups == 1:
                p = mid_p = None
            else:
                mean = interval["mean"]
                low, high = min(low, mean), max(high, mean)
                if p > 0.05:
                    low, high = min(low, 0), max(high, 0)
                low, high = max(low, -1), min(high, 1)
            more, fewer = (differences > 0).sum(), (differences < 0).sum()
            is_mcnemar = (
                groups == len(both)
                and (both.attempt_count_a == 1).all()
                and (both.attempt_count_b == 1).all()
            )
            varies = interval["se"] is not None and interval["se"] > 1e-12
            multiple = t.ppf([0.975, 0.8], groups - 1).sum()
            rows.append(
                {
                    **dict(zip(GROUP, key, strict=True)),
                    "agent_a": a,
                    "agent_b": b,
                    "shared_task_count": len(both),
                    "cluster_count": groups,
                    "mean_difference": interval["mean"],
                    "se": interval["se"],
                    "ci_low": low,
                    "ci_high": high,
                    "a_only_count": more,
                    "b_only_count": fewer,
                    "p_value": p,
                    "mid_p": mid_p,
                    "mcnemar_p": (
                        binomtest(more, more + fewer).pvalue if more + fewer else 1.0
                    )
                    if is_mcnemar and groups > 1
                    else None,
                    "minimum_detectable_difference": (
                        multiple * interval["se"] if varies else None
                    ),
                }
            )
    return pd.DataFrame(rows).astype({"p_value": float, "mcnemar_p": float})


def with_verdicts(frame: pd.DataFrame) -> pd.DataFrame:
    """Add holm_p by statsmodels, on the p-values that `frame` has."""
    frame = frame.assign(holm_p=float("nan"))
    for _, own in frame[frame.p_value.notna()].groupby(GROUP):
        frame.loc[own.index, "holm_p"] = multipletests(own.p_value, method="holm")[1]
    leaves_out_0 = (frame.ci_low > 0) | (frame.ci_high < 0)
    verdict = ((frame.holm_p <= 0.05) & leaves_out_0).astype("boolean")
    return frame.assign(is_separable=verdict.where(frame.holm_p.notna()))


def test_paired_comparisons(views, pairs):
    actual = views.sql("from paired_comparisons").df()
    sure = [name for name in pairs if name not in ("p_value", "mid_p")]
    # The ends are rounded to ten digits.
    assert_same(actual, pairs[sure], PAIR, atol=1e-10)
    joined = actual.merge(pairs, on=PAIR, suffixes=("", "_expected"))
    for name in ("p_value", "mid_p"):
        expected = joined[f"{name}_expected"]
        assert (joined[name].isna() == expected.isna()).all()
        assert joined[name].fillna(0).to_numpy() == pytest.approx(
            expected.fillna(0).to_numpy(), abs=1e-9
        )
    own = actual.astype({"is_separable": "boolean"})
    assert_same(own, with_verdicts(own)[[*PAIR, "holm_p", "is_separable"]], PAIR)
    known = actual[actual.ci_low.notna()]
    assert (known.ci_low < known.ci_high).all()
    assert ((known.ci_low >= -1) & (known.ci_high <= 1)).all()
    clear = (known.ci_low > 0) | (known.ci_high < 0)
    assert (known[clear].p_value <= 0.05).all()


def test_an_agent_and_its_twin_are_not_told_apart(views):
    rows = views.sql(
        "select mean_difference, se, is_separable, p_value from paired_comparisons "
        "where agent_a = 'even' and agent_b = 'even again'"
    ).fetchall()
    assert set(rows) <= {(0.0, 0.0, False, 1.0)}


FLIP_QUERY = """
    with clusters as (
        select pair, task_cluster, value_sum
        from read_csv('{path}')
    ), {{{{ sign_flip_ctes(['pair']) }}}}
    final as (select * from sign_flips)
    select * from final order by pair
"""


def test_flipped_signs_come_out_as_all_patterns_do(sample_warehouse, tmp_path):
    """Sums on a grid and off it, one that rules all others, up to 300 clusters."""
    draw = random.Random(20260301)
    pairs: list[list[float]] = [[1, 1, 1, -1], [5, 5, 5], [1, -1, 2, -2], [2, 0, 0, 1]]
    for count in (2, 7, 12, 13, 16, 19, 20, 21, 25, 40, 76, 300):
        for sizes in ([1], [1, 2], [3, 20], [0.5, 1 / 3, 1.25], [1 / 7, 0.2, 1]):
            for lean in (0.5, 0.65, 0.8):
                sums = [draw.choice(sizes) for _ in range(count)]
                if draw.random() < 0.3:
                    sums[0] = count / 3 // 1
                pairs.append([v if draw.random() < lean else -v for v in sums])
    path = tmp_path / "clusters.csv"
    rows = [
        (number, cluster, value)
        for number, sums in enumerate(pairs)
        for cluster, value in enumerate(sums)
    ]
    frame = pd.DataFrame(rows, columns=["pair", "task_cluster", "value_sum"])
    frame.to_csv(path, index=False)
    actual = compiled(FLIP_QUERY.format(path=path), sample_warehouse)
    assert len(actual) == len(pairs)
    for row in actual.itertuples():
        sums = pairs[row.pair]
        expected = flip_tests(sums)
        assert (row.flip_p, row.flip_mid_p) == pytest.approx(expected, abs=1e-9), sums


def test_flipped_signs_of_uneven_shares_are_right_to_a_thousandth(sample_warehouse):
    """Sums finer than 20,000 steps: shares of 1 to 7 attempts, less others."""
    draw = np.random.default_rng(20260320)
    pairs = []
    for count in (250, 300, 600):
        attempts = draw.integers(1, 8, (2, count))
        shares = draw.binomial(attempts, [[0.45], [0.4]]) / attempts
        # In multiples of 1 / 420, which all of 1 to 7 divide.
        pairs.append(((shares[0] - shares[1]) * 420).round().astype(int))
    # Nearly all of one size: many patterns give the observed sum too.
    pairs.append(np.append(draw.choice([-420, 420], 60), [131, -45, 61]))
    assert all(abs(sums).sum() > 20_000 for sums in pairs)
    values = ", ".join(
        f"({number}, {cluster}, {value} / 420.0e0)"
        for number, sums in enumerate(pairs)
        for cluster, value in enumerate(sums)
    )
    query = f"""
        with clusters as (
            select * from (values {values}) as given (pair, task_cluster, value_sum)
        ), {{{{ sign_flip_ctes(['pair']) }}}}
        final as (select * from sign_flips)
        select * from final order by pair
    """
    actual = compiled(query, sample_warehouse)
    assert len(actual) == len(pairs)
    for row, sums in zip(actual.itertuples(), pairs, strict=True):
        # The sum's distribution on every second point, from its cosines.
        points = abs(sums).sum() + 1
        angles = np.pi * np.arange(points) / points
        product = np.ones(points)
        for size in abs(sums):
            product *= np.cos(angles * size)
        places = np.arange(points)
        phases = np.exp(1j * np.pi * places * (points - 1) / points)
        chances = np.fft.fft(product * phases).real / points
        distance = abs(2 * places - (points - 1))
        assert chances.sum() == pytest.approx(1)
        p = chances[distance >= abs(sums.sum())].sum()
        assert row.flip_p == pytest.approx(p, abs=1e-3)
        ties = chances[distance == abs(sums.sum())].sum()
        assert row.flip_mid_p == pytest.approx(p - ties / 2, abs=1e-3)


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
    pairs = with_verdicts(pairs)
    pairs.is_separable = pairs.is_separable.astype(object).where(
        pairs.is_separable.notna(), None
    )
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
                verdict = pair.is_separable
                found[rival] = (sign * pair.mean_difference, verdict)
            difference, verdict = found.get(best, (None, None))
            if row.agent == best:
                difference, verdict = 0.0, False
            beaten = [gap for gap, verdict in found.values() if verdict is True]
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


def test_variance_components(views, tasks):
    rows = []
    for key, group in tasks.groupby(AGENT):
        n, p = group.attempt_count, group.rate
        k, spread = len(group), group.rate.var()
        spare = (n - 1).sum()
        within = (n * p * (1 - p)).sum() / spare if spare else None
        share = (1 / n).mean()
        error = clustered(group.rate, group.cluster)["se"]
        between = halved = icc = None
        if within is not None and error is not None:
            halved = max(error**2 - within * share / (2 * k), error**2 / 2) ** 0.5
        if within is not None and k > 1:
            between = max(spread - within * share, 0)
            icc = between / (between + within) if between + within else None
        rows.append(
            {
                **dict(zip(AGENT, key, strict=True)),
                "task_count": k,
                "attempt_count": n.sum(),
                "between_task_variance": between,
                "within_task_variance": within,
                "icc": icc,
                "se_now": error,
                "se_with_double_tasks": None if error is None else error / 2**0.5,
                "se_with_double_attempts": halved,
            }
        )
    expected = pd.DataFrame(rows)
    assert_same(views.sql("from variance_components").df(), expected, AGENT)


TASK = ["success_rule", "source", "benchmark", "task_id"]


def test_task_discrimination(views, tasks):
    frame = tasks[tasks.population == "capability"].copy()
    agent = frame.groupby(AGENT).rate
    others = agent.transform("size") - 1
    frame["rest"] = ((agent.transform("sum") - frame.rate) / others).where(others > 0)
    rows = []
    for key, group in frame.groupby(TASK):
        compared = group[group.rest.notna()]
        varies = compared.rate.var() > 1e-12 and compared.rest.var() > 1e-12
        known = len(compared) >= 4 and varies
        successes = group.success_count.sum()
        rows.append(
            {
                **dict(zip(TASK, key, strict=True)),
                "attempt_count": group.attempt_count.sum(),
                "agent_count": len(group),
                "success_rate": successes / group.attempt_count.sum(),
                "rest_correlation": (
                    pearsonr(compared.rate, compared.rest).statistic if known else None
                ),
                "is_solved_by_all": successes == group.attempt_count.sum(),
                "is_solved_by_none": successes == 0,
            }
        )
    actual = views.sql("from task_discrimination").df()
    expected = pd.DataFrame(rows)
    assert expected.rest_correlation.notna().any()
    assert_same(actual, expected, TASK, atol=1e-9)


def test_required_tasks(views):
    pairs = views.sql("from paired_comparisons").df()
    pairs = pairs[pairs.se > 1e-12]
    frames = []
    quantiles = norm.ppf(0.975) + norm.ppf(0.8)
    for difference in (0.01, 0.02, 0.05, 0.1):
        factor = (quantiles * pairs.se / difference) ** 2
        more = norm.ppf(0.975) ** 2 / 2 / pairs.cluster_count
        needed = pairs.shared_task_count * (factor + more)
        frames.append(
            pairs[PAIR].assign(
                difference=difference,
                tasks_needed=needed.round(6).map(ceil),
                tasks_now=pairs.shared_task_count,
            )
        )
    key = [*PAIR, "difference"]
    assert_same(views.sql("from required_tasks").df(), pd.concat(frames), key)


def test_cost_per_success(sample_views):
    """From the attempts and evaluations, by a loop; the interval by its formula."""
    attempts = sample_views.sql("from attempts").df()
    evaluations = sample_views.sql("from evaluations").df().set_index("evaluation_id")
    tokens = attempts.total_tokens.astype(float)
    costs = attempts.assign(tokens=tokens)[["attempt_id", "evaluation_id"]].copy()
    used = evaluations.input_tokens + evaluations.output_tokens
    for cached in (evaluations.cache_read_tokens, evaluations.cache_write_tokens):
        used += cached.fillna(0)
    for name, own, shared in (
        ("cost", attempts.cost_usd, evaluations.total_cost_usd),
        ("tokens", tokens, used),
        ("seconds", attempts.latency_seconds, evaluations.mean_latency_seconds),
    ):
        groups = own.groupby(attempts.evaluation_id)
        spread = attempts.evaluation_id.map(shared)
        if name != "seconds":
            spread = spread / groups.transform("size")
        costs[name] = own.where(groups.transform("count") > 0, spread).astype(float)
    verdicts = sample_views.sql(
        "from attempt_successes where population <> 'human'"
    ).df()
    verdicts = verdicts.merge(costs.drop(columns="evaluation_id"), on="attempt_id")
    verdicts["agent"] = verdicts.agent_label
    verdicts["cluster"] = verdicts.task_family.fillna("alone in " + verdicts.task_id)
    rows = []
    for key, group in verdicts.groupby(AGENT):
        row = dict(zip(AGENT, key, strict=True))
        row["success_count"] = group.is_success.sum()
        row["known_cost_share"] = group.cost.notna().mean()
        for name, column in (
            ("cost", "cost_per_success_usd"),
            ("tokens", "tokens_per_success"),
            ("seconds", "seconds_per_success"),
        ):
            known = group[group[name].notna()]
            successes = known.is_success.sum()
            enough = len(known) >= 0.95 * len(group) and successes
            row[column] = known[name].sum() / successes if enough else None
        row["ci_low"] = row["ci_high"] = None
        clusters = group.cluster.nunique()
        if row["cost_per_success_usd"] and clusters > 1:
            known = group[group.cost.notna()].astype({"is_success": float})
            sums = known.groupby("cluster")[["cost", "is_success"]].sum()
            share = sums / sums.sum()
            spread = ((share.cost - share.is_success) ** 2).sum()
            error = (clusters / (clusters - 1) * spread) ** 0.5
            half = exp(t.ppf(0.975, clusters - 1) * error)
            if error > 1e-9:
                row["ci_low"] = row["cost_per_success_usd"] / half
                row["ci_high"] = row["cost_per_success_usd"] * half
        rows.append(row)
    expected = pd.DataFrame(rows)
    assert expected.cost_per_success_usd.notna().any()
    actual = sample_views.sql("from cost_per_success").df()
    assert_same(actual, expected, AGENT, atol=1e-9)
