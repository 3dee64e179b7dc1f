"""95 % intervals hold the truth in 93 to 97 % of 500 simulated data sets.

In each data set two agents try the same tasks. Tasks come in families whose members
resemble each other; a family's rate m is drawn from Beta(2, 3), a task's from
Beta(8 m, 8 (1 - m)), so the first agent's expected rate is 0.4. The second agent
succeeds at a task four fifths as often, so it is 0.32, and the difference is 0.08.
"""

import duckdb
import numpy as np
import pytest

DATA_SETS = 500
FAMILIES, TASKS, ATTEMPTS = 40, 2, 2
RATES = {"first": 0.4, "second": 0.32}


@pytest.fixture(scope="module")
def views(warehouse_of, tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "runs.yaml"
    draw = np.random.default_rng(4)
    with path.open("w") as file:
        for data_set in range(DATA_SETS):
            write_data_set(file, data_set, draw)
    warehouse = warehouse_of(path, with_inference=True)
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection


def write_data_set(file, data_set: int, draw: np.random.Generator) -> None:
    number = 0
    for family, mean in enumerate(draw.beta(2, 3, FAMILIES)):
        file.write(f"set{data_set}_family{family}:\n")
        for task, rate in enumerate(draw.beta(8 * mean, 8 * (1 - mean), TASKS)):
            file.write(f"  task{task}:\n")
            for agent, easier in (("first", 1), ("second", RATES["second"] / 0.4)):
                for success in draw.random(ATTEMPTS) < rate * easier:
                    number += 1
                    file.write(
                        f"    run{data_set}_{number}: {{agent: {agent}{data_set:03}, "
                        f"score: {int(success)}, action_count: 1, human_minutes: 1}}\n"
                    )


def share_that_holds(views, query: str, truth: float) -> float:
    intervals = views.sql(query).df()
    assert len(intervals) == DATA_SETS
    return ((intervals.ci_low <= truth) & (truth <= intervals.ci_high)).mean()


@pytest.mark.parametrize("agent", RATES)
def test_an_agents_interval_holds_its_rate(views, agent):
    share = share_that_holds(
        views,
        f"""
        from agent_intervals
        where success_rule = 'any_credit' and starts_with(agent, '{agent}')
        """,
        RATES[agent],
    )
    print(f"\nagent_intervals, {agent} agent: {share:.1%} of {DATA_SETS}")
    assert 0.93 <= share <= 0.97


def test_a_paired_interval_holds_the_difference(views):
    share = share_that_holds(
        views,
        "from paired_comparisons where success_rule = 'any_credit'",
        RATES["first"] - RATES["second"],
    )
    print(f"\npaired_comparisons: {share:.1%} of {DATA_SETS}")
    assert 0.93 <= share <= 0.97
