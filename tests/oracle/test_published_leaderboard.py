"""The tables of the HAL leaderboard study come out of the views, to 1e-9.

They are read without corrections, as the study reads its traces. Where the order of
its files decided a tie or which of two runs counted, a stated rule decides here: the
cells that differ for that are listed with the reason.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

SONNET = "claude-3-7-sonnet-2025-02-19"
THINKING = "hal:seeact_claude-3-7-sonnet-20250219_thinking_high_4096"


@dataclass(frozen=True)
class Table:
    """A published file: which of its columns are the key and the values of a query."""

    file: str
    query: str
    key: dict[str, str]
    values: dict[str, str]


MODEL = {"model": "model_name_short"}
BENCHMARK = MODEL | {"benchmark": "benchmark_name"}
SCAFFOLD = BENCHMARK | {"scaffold": "agent_name_short"}
COUNTS = {"wins": "wins_sum", "comparisons": "comparisons_sum"}
CELL_RATES = {"win_rate": "overall_win_rate"} | COUNTS
MODEL_RATES = COUNTS | {
    "win_rate_mean": "win_rate_mean",
    "win_rate_std": "win_rate_std",
    "cell_count": "win_rate_count",
    "overall_win_rate": "overall_win_rate",
}
TABLES = [
    Table(
        "benchmark_win_rates_max.csv",
        "from benchmark_win_rates where source = 'hal' and basis = 'max_accuracy'"
        " and repeats = 'best'",
        BENCHMARK,
        CELL_RATES,
    ),
    Table(
        "benchmark_win_rates.csv",
        "from benchmark_win_rates where source = 'hal' and basis = 'scaffold'"
        " and repeats = 'best'",
        SCAFFOLD,
        CELL_RATES,
    ),
    Table(
        "benchmark_win_rates_pareto.csv",
        "from published_frontier_win_rates where source = 'hal'",
        BENCHMARK,
        CELL_RATES,
    ),
    Table(
        "model_win_rates_max.csv",
        """
        from model_win_rates
        where source = 'hal' and basis = 'max_accuracy' and coverage = 'all'
            and repeats = 'best'
        """,
        MODEL,
        MODEL_RATES,
    ),
    Table(
        "model_win_rates_pareto.csv",
        """
        select
            model,
            sum(wins) as wins,
            sum(comparisons) as comparisons,
            avg(win_rate) as win_rate_mean,
            stddev_samp(win_rate) as win_rate_std,
            count(win_rate) as cell_count,
            sum(wins) / sum(comparisons) as overall_win_rate
        from published_frontier_win_rates where source = 'hal' group by model
        """,
        MODEL,
        MODEL_RATES,
    ),
    Table(
        "pareto_distances.csv",
        "from pareto_frontier where source = 'hal' and x_metric = 'cost'"
        " and repeats = 'best'",
        BENCHMARK,
        {
            # The study scales both to 0-1 and keeps their names.
            "x_scaled": "total_cost",
            "accuracy_scaled": "accuracy",
            "is_on_hull": "pareto_optimal",
            "frontier_distance": "pareto_distance",
        },
    ),
    Table(
        "model_mean_cost.csv",
        "from model_resource_use where source = 'hal'",
        MODEL,
        {"mean_cost_usd": "mean_cost"},
    ),
    Table(
        "model_mean_latency.csv",
        "from model_resource_use where source = 'hal'",
        MODEL,
        {"mean_latency_seconds": "mean_of_mean_latency"},
    ),
]
ABORTED = """
    of two runs the study counts the first file, an aborted one (accuracy 0, $0.16);
    here the better one counts
"""
DECIDED_BY_FILE_ORDER = {
    "benchmark_win_rates.csv": {
        (SONNET, "corebench_hard", "HAL Generalist Agent"): ABORTED,
        ("deepseek-ai/DeepSeek-R1", "corebench_hard", "HAL Generalist Agent"): ABORTED,
        ("deepseek-ai/DeepSeek-V3", "corebench_hard", "HAL Generalist Agent"): ABORTED,
        ("gemini-2.0-flash", "corebench_hard", "HAL Generalist Agent"): ABORTED,
        ("gpt-4.1-2025-04-14", "corebench_hard", "HAL Generalist Agent"): ABORTED,
        ("o3-2025-04-16", "corebench_hard", "HAL Generalist Agent"): ABORTED,
        ("o4-mini-2025-04-16 low", "corebench_hard", "HAL Generalist Agent"): ABORTED,
        (
            "gpt-4.1-2025-04-14",
            "online_mind2web",
            "SeeAct",
        ): "of two SeeAct runs of claude-3-7-sonnet the first, a worse one, counts",
    },
    "pareto_distances.csv": {
        (SONNET, "scicode"): "two scaffolds tie; here the cheaper one stands for it",
    },
}


@pytest.fixture
def views_as_published(warehouse_as_published: Path) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(warehouse_as_published, read_only=True) as connection:
        yield connection


@pytest.fixture
def published_tables(real_data: Path) -> Path:
    return real_data / "published"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_the_published_table_comes_out(table, views_as_published, published_tables):
    key = list(table.key)
    ours = views_as_published.sql(table.query).df().set_index(key)
    theirs = pd.read_csv(published_tables / table.file).rename(
        columns={name: column for column, name in table.key.items()}
    )
    theirs = theirs.set_index(key)
    assert sorted(ours.index) == sorted(theirs.index)
    theirs = theirs.loc[ours.index]
    differs = pd.Series(False, index=ours.index)
    for column, name in table.values.items():
        value, expected = ours[column].astype(float), theirs[name].astype(float)
        is_same = (value - expected).abs() <= 1e-9
        differs |= ~(is_same | (value.isna() & expected.isna()))
    listed = DECIDED_BY_FILE_ORDER.get(table.file, {})
    assert set(differs[differs].index) == set(listed)


def test_every_trace_gets_the_names_of_the_study(views_as_published, published_tables):
    answers = pd.read_csv(published_tables / "cleaned_all_metrics.csv").set_index(
        "run_id"
    )
    ours = views_as_published.sql(
        "from evaluations where source = 'hal' order by evaluation_id"
    ).df()
    assert len(ours) == len(answers) == 163
    answers = answers.loc[ours["evaluation_id"].str.removeprefix("hal:")]
    for column, answer in {
        "benchmark": "benchmark_name",
        "scaffold": "agent_name_short",
        "model": "model_name_short",
    }.items():
        assert list(ours[column]) == list(answers[answer])
    for column, answer in {
        "accuracy": "accuracy",
        "total_cost_usd": "total_cost",
        "mean_latency_seconds": "mean_latency",
    }.items():
        expected = answers[answer].to_numpy()
        assert ours[column].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_corrections_rename_one_trace_and_take_one_price_back(
    real_views, warehouse_as_published
):
    real_views.execute(f"attach '{warehouse_as_published}' as published (read_only)")
    changed = real_views.sql(
        """
        select
            ours.evaluation_id,
            theirs.model as published_model,
            ours.model,
            theirs.total_cost_usd as published_cost_usd,
            ours.total_cost_usd
        from evaluations as ours
        inner join published.evaluations as theirs using (evaluation_id)
        where
            ours.model <> theirs.model
            or ours.total_cost_usd is distinct from theirs.total_cost_usd
        order by ours.model
        """
    ).fetchall()
    free = (
        "hal:assistantbench_assistantbench_browser_agent_gemini20flash_1746393958",
        *("gemini-2.0-flash", "gemini-2.0-flash"),
        *(0.0, None),
    )
    cost = changed[0][3]
    assert changed == [(THINKING, SONNET, f"{SONNET} high", cost, cost), free]


def test_list_prices_give_the_reported_cost_of_all_but_two_traces(real_views):
    rows = real_views.sql(
        """
        select round(ratio, 3), count(*)
        from cost_reconciliation where ratio is not null group by 1 order by 1
        """
    ).fetchall()
    assert dict(rows)[1.0] == 85
    assert sum(count for _, count in rows) == 87
