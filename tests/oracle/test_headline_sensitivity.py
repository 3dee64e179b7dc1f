"""The headlines under other choices, against scipy and the views they come from."""

import numpy as np
import pytest
from scipy.stats import norm

KEY = ["headline", "source", "success_rule", "population", "coverage"]
CORRELATIONS = {
    "none": "action_score_correlation",
    "human_minutes": "action_score_correlation_at_equal_difficulty",
    "task": "action_score_correlation_within_task",
}


@pytest.fixture
def headlines(sample_views):
    return sample_views.sql("from headline_sensitivity").df()


def test_a_correlation_has_fishers_interval(sample_views, headlines):
    rows = sample_views.sql(
        """
        from rank_correlations
        where x = 'action_count' and y = 'score' and spearman_rho is not null
        """
    ).df()
    assert len(rows) > 5
    found = headlines.set_index(KEY)
    for row in rows.itertuples():
        name = CORRELATIONS[row.controlling_for]
        ours = found.loc[(name, row.source, "*", row.population, "*")]
        reach = norm.ppf(0.975) / np.sqrt(row.attempt_count - 3)
        expected = np.tanh(np.arctanh(row.spearman_rho) + reach * np.array([-1, 1]))
        assert ours.value == row.spearman_rho
        assert [ours.low, ours.high] == pytest.approx(expected, rel=1e-12)


def test_a_headline_flips_when_its_sign_is_not_the_published_one(headlines):
    assert headlines.flips.notna().any()
    for _, group in headlines.groupby(["headline", "source"]):
        published = group[group.is_published_choice]
        for row in group.itertuples():
            if published.empty:
                assert row.flips is None or np.isnan(row.flips)
            else:
                same = np.sign(row.value) == np.sign(published.value.iloc[0])
                assert row.flips == (not same)
