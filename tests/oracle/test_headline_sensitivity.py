"""The headlines under other choices, against scipy and the views they come from."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

KEY = ["headline", "source", "success_rule", "population", "coverage"]
CORRELATIONS = {
    "none": "action_score_correlation",
    "human_minutes": "action_score_correlation_at_equal_difficulty",
    "task": "action_score_correlation_within_task",
}


@pytest.fixture
def headlines(sample_views):
    return sample_views.sql("from headline_sensitivity").df()


def centred_ranks(rows: pd.DataFrame, control: str) -> dict[str, np.ndarray]:
    """The ranks less their mean, inside each task where that is the control."""
    by = rows.task if control == "task" else np.zeros(len(rows))
    return {
        name: (
            rows.groupby(by)[name].rank()
            - rows.groupby(by)[name].transform("size") / 2
            - 0.5
        ).to_numpy()
        for name in ("action_count", "score", "human_minutes")
    }


def weighted_rho(rows: pd.DataFrame, control: str, weights: np.ndarray) -> float:
    """The rank correlation where the ranks stay and attempts have weights."""
    ranks = centred_ranks(rows, control)

    def rho(x, y):
        x, y = ranks[x], ranks[y]
        return (weights * x * y).sum() / np.sqrt(
            (weights * x * x).sum() * (weights * y * y).sum()
        )

    xy = rho("action_count", "score")
    if control != "human_minutes":
        return xy
    xz, zy = rho("action_count", "human_minutes"), rho("human_minutes", "score")
    return (xy - xz * zy) / np.sqrt((1 - xz**2) * (1 - zy**2))


def degrees_of_freedom(squares: np.ndarray) -> float:
    """Johnson and Rust's, rounded down, of a jackknife over clusters."""
    count = len(squares)
    worth = squares.sum() ** 2 / (squares**2).sum()
    return max(min(np.floor((3.16 - 2.77 / np.sqrt(count)) * worth), count - 1), 1)


def test_a_correlation_varies_by_families(sample_views, headlines):
    attempts = sample_views.sql(
        """
        select attempts.*, summary_populations.population as summary,
            benchmark || '/' || task_id as task,
            coalesce(benchmark || task_family, benchmark || '/' || task_id) as family
        from attempts
        inner join seeds.summary_populations
            on attempts.population = summary_populations.attempt_population
        where action_count is not null and score is not null
        """
    ).df()
    rhos = sample_views.sql(
        """
        from rank_correlations
        where x = 'action_count' and y = 'score' and spearman_rho is not null
        """
    ).df()
    assert len(rhos) > 5
    found = headlines.set_index(KEY)
    step = 1e-5
    compared = 0
    for row in rhos.itertuples():
        name = CORRELATIONS[row.controlling_for]
        ours = found.loc[(name, row.source, "*", row.population, "*")]
        own = attempts[
            (attempts.source == row.source) & (attempts.summary == row.population)
        ]
        if row.controlling_for == "human_minutes":
            own = own[own.human_minutes.notna()]
        ranks = centred_ranks(own, row.controlling_for)
        if row.controlling_for == "task":
            # A family in whose tasks nothing varies says nothing of what does.
            varies = (ranks["action_count"] != 0) | (ranks["score"] != 0)
            families = own.family[varies].unique()
        else:
            families = own.family.unique()
        assert ours.value == row.spearman_rho
        if len(families) < 3:
            assert np.isnan(ours.low)
            continue
        # How each family moves the correlation, by the change of its weight.
        moves = [
            (
                weighted_rho(own, row.controlling_for, 1 + step * (own.family == f))
                - weighted_rho(own, row.controlling_for, 1 - step * (own.family == f))
            )
            / (2 * step)
            for f in families
        ]
        # A family without which little is left moves it by more when it is left out.
        shares = [
            np.square(ranks[name]) / np.square(ranks[name]).sum()
            for name in ("action_count", "score")
        ]
        left = [1 - np.sum(shares, axis=0)[own.family == f].sum() / 2 for f in families]
        count = len(families)
        taken = 3 if row.controlling_for == "human_minutes" else 2
        squares = (np.array(moves) / left) ** 2
        error = (count - 1) * np.sqrt(squares.sum() / count / (count - taken))
        freedom = degrees_of_freedom(squares)
        half_width = t.ppf(0.975, freedom) * error / (1 - row.spearman_rho**2)
        ends = np.tanh(np.arctanh(row.spearman_rho) + half_width * np.array([-1, 1]))
        assert [ours.low, ours.high] == pytest.approx(ends, rel=1e-5)
        compared += 1
    assert compared > 5


def test_a_headline_flips_when_its_sign_is_not_that_of_the_headline(headlines):
    assert headlines.flips.any()
    for _, group in headlines.groupby(["headline", "source"]):
        (own,) = group[group.is_headline].value
        assert list(group.flips) == list(np.sign(group.value) != np.sign(own))


def test_the_headline_is_the_choice_of_the_view_it_is_from(headlines, sample_views):
    own = sample_views.sql(
        """
        select source, success_rule, population, median_delta
        from action_delta_summary
        where grain = 'task' and is_headline and median_delta is not null
        """
    ).fetchall()
    found = headlines[headlines.is_headline].query(
        "headline == 'action_delta_within_task'"
    )
    assert len({rule for _, rule, *_ in own}) > 1
    assert sorted(own) == sorted(
        found[["source", "success_rule", "population", "value"]].itertuples(
            index=False, name=None
        )
    )
