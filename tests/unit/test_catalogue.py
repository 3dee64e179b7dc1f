"""The public views are there as the catalogue promises: name, key, columns, words."""

import duckdb
import pytest

# Key columns, then the others. Views may have more.
CATALOGUE = {
    "attempts": (
        "attempt_id",
        (
            "source benchmark evaluation_id task_family task_id agent scaffold model "
            "population score status outcome action_count human_minutes latency_seconds "
            "input_tokens output_tokens cache_read_tokens cache_write_tokens "
            "reasoning_tokens total_tokens cost_usd started_at attempt_number "
            "attributes file_id"
        ),
    ),
    "attempt_successes": ("attempt_id success_rule", "is_success"),
    "evaluations": (
        "evaluation_id",
        (
            "source benchmark agent scaffold is_generalist model reasoning_effort "
            "evaluated_on accuracy accuracy_metric reported_accuracy status "
            "repeat_group task_count task_share success_count failure_count "
            "timed_task_count total_cost_usd cost_status "
            "mean_latency_seconds input_tokens output_tokens cache_read_tokens "
            "cache_write_tokens is_excluded exclusion_reason file_id"
        ),
    ),
    "tasks": (
        "source benchmark task_id",
        (
            "task_family human_minutes attempt_count agent_count mean_score min_score "
            "max_score unique_score_count partial_count scoring mean_action_count "
            "median_action_count success_rate"
        ),
    ),
    "task_model_outcomes": (
        "success_rule population source benchmark task_id model",
        "attempt_count success_count success_rate",
    ),
    "agents": (
        "source agent",
        "scaffold framework model population attempt_count match_rule",
    ),
    "outcome_shares": (
        "source population",
        (
            "attempt_count fail_count full_count partial_count fail_share full_share "
            "partial_share"
        ),
    ),
    "outcome_action_stats": (
        "source population outcome",
        "attempt_count median_action_count mean_action_count p90_action_count",
    ),
    "rank_correlations": (
        "source population x y controlling_for",
        "attempt_count spearman_rho z_score",
    ),
    "task_action_deltas": (
        "success_rule population source benchmark task_id",
        (
            "human_minutes success_count failure_count median_success_actions "
            "median_failure_actions action_delta mean_action_delta"
        ),
    ),
    "task_model_action_deltas": (
        "success_rule population source benchmark task_id model",
        (
            "human_minutes success_count failure_count median_success_actions "
            "median_failure_actions action_delta mean_action_delta"
        ),
    ),
    "action_delta_summary": (
        "success_rule population source grain",
        (
            "pair_count median_delta mean_delta more_count fewer_count equal_count "
            "sign_test_p ci_low ci_high"
        ),
    ),
    "model_action_deltas": (
        "success_rule population source model",
        "pair_count median_delta",
    ),
    "model_summary": (
        "source population model",
        (
            "attempt_count task_count mean_score success_rate median_action_count "
            "mean_action_count is_major"
        ),
    ),
    "shared_task_model_summary": (
        "source model",
        (
            "attempt_count task_count mean_score success_rate median_action_count "
            "mean_action_count"
        ),
    ),
    "success_by_action_bin": (
        "source model action_bin",
        "attempt_count median_action_count success_rate",
    ),
    "task_family_summary": (
        "source benchmark task_family",
        (
            "attempt_count task_count mean_score success_rate median_action_count "
            "mean_action_count mean_human_minutes"
        ),
    ),
    "agent_failure_profiles": (
        "source agent",
        (
            "model failure_count median_action_count mean_action_count p90_action_count "
            "p95_action_count max_action_count grind_ratio"
        ),
    ),
    "high_action_failures": (
        "source agent task_id",
        (
            "failure_count min_action_count max_action_count median_action_count "
            "human_minutes"
        ),
    ),
    "grinding_tasks": (
        "source benchmark task_id",
        (
            "failure_count model_count agent_count median_action_count max_action_count "
            "human_minutes models"
        ),
    ),
    "extreme_failures": ("attempt_id", ""),
    "action_count_frequencies": ("source action_count", "attempt_count success_rate"),
    "action_limit_checks": (
        "source action_count",
        "attempt_count neighbour_count success_rate spike_ratio",
    ),
    "agent_leaderboard": (
        "source agent",
        "attempt_count mean_score mean_action_count success_rate",
    ),
    "dashboard_totals": (
        "source",
        "attempt_count task_count task_family_count agent_count",
    ),
    "score_histogram": ("source min_score", "max_score attempt_count"),
    "action_count_histogram": (
        "source min_action_count",
        "action_count_bin max_action_count attempt_count",
    ),
    "best_evaluations": (
        "repeats source benchmark model",
        "evaluation_id evaluation_count scaffold accuracy total_cost_usd mean_latency_seconds",
    ),
    "model_comparisons": (
        "repeats basis source benchmark scaffold model_a model_b",
        "value_a value_b result",
    ),
    "benchmark_win_rates": (
        "repeats basis source benchmark scaffold model",
        "wins ties losses comparisons win_rate win_rate_half_ties",
    ),
    "model_win_rates": (
        "repeats basis source coverage model",
        (
            "benchmark_count cell_count win_rate_mean win_rate_std wins ties "
            "comparisons overall_win_rate ci_low ci_high interval_basis "
            "overall_win_rate_half_ties rank"
        ),
    ),
    "published_frontier_win_rates": (
        "source benchmark model",
        "wins comparisons win_rate",
    ),
    "win_rate_corrections": (
        "source model",
        (
            "benchmark_count comparisons published_wins published_win_rate "
            "published_rank corrected_wins corrected_win_rate corrected_rank"
        ),
    ),
    "pareto_frontier": (
        "repeats x_metric source benchmark model",
        (
            "scaffold x accuracy is_pareto_efficient is_on_hull x_scaled "
            "accuracy_scaled frontier_distance accuracy_gap cost_ratio is_comparable"
        ),
    ),
    "win_rate_frontier": (
        "repeats basis x_metric source model",
        (
            "x win_rate is_comparable is_pareto_efficient is_on_hull x_scaled "
            "frontier_distance"
        ),
    ),
    "model_resource_use": (
        "source model",
        "mean_cost_usd mean_latency_seconds benchmark_count",
    ),
    "scaffold_kind_summary": (
        "source benchmark scaffold_kind model",
        (
            "is_generalist scaffold_count evaluation_count scored_count costed_count "
            "timed_count "
            "mean_accuracy mean_cost_usd mean_latency_seconds wins comparisons win_rate"
        ),
    ),
    "frontier_area": (
        "x_metric source benchmark",
        "area model_count hull_count",
    ),
    "coverage": ("source benchmark scaffold model", "is_expected is_loaded"),
    "cost_reconciliation": (
        "evaluation_id",
        (
            "reported_cost_usd repriced_cost_usd current_cost_usd priced_token_share "
            "ratio"
        ),
    ),
    "agent_intervals": (
        "success_rule source benchmark agent",
        (
            "task_count attempt_count success_rate se_clustered effective_task_count "
            "ci_low ci_high naive_se"
        ),
    ),
    "paired_comparisons": (
        "success_rule source benchmark agent_a agent_b",
        (
            "shared_task_count mean_difference se ci_low ci_high a_only_count "
            "b_only_count p_value mid_p holm_p mcnemar_p is_separable "
            "minimum_detectable_difference"
        ),
    ),
    "separability": (
        "success_rule source benchmark agent",
        (
            "success_rate best_agent difference_to_best is_separable rank rank_low "
            "rank_high"
        ),
    ),
    "repeatability": (
        "success_rule source benchmark agent k",
        "task_count pass_at_k pass_hat_k",
    ),
    "outcome_consistency": (
        "success_rule source benchmark agent",
        "task_count attempt_count consistency_biased consistency flip_share",
    ),
    "variance_components": (
        "success_rule source benchmark agent",
        (
            "task_count attempt_count between_task_variance within_task_variance icc "
            "se_now se_with_double_tasks se_with_double_attempts"
        ),
    ),
    "task_discrimination": (
        "success_rule source benchmark task_id",
        (
            "attempt_count agent_count success_rate rest_correlation is_solved_by_all "
            "is_solved_by_none"
        ),
    ),
    "cost_per_success": (
        "success_rule source benchmark agent",
        (
            "success_count known_cost_share cost_per_success_usd ci_low ci_high "
            "tokens_per_success seconds_per_success"
        ),
    ),
    "required_tasks": (
        "success_rule source benchmark agent_a agent_b difference",
        "tasks_needed tasks_now",
    ),
    "model_ratings": (
        "success_rule source basis model",
        "component_id strength se ci_low ci_high status",
    ),
    "headline_sensitivity": (
        "headline source success_rule population coverage",
        "value low high flips",
    ),
    "time_horizons": (
        "success_rule weighting regularisation source model",
        (
            "attempt_count task_count intercept slope p50_minutes p80_minutes p50_low "
            "p50_high p80_low p80_high interval_method lower_bound_minutes status "
            "is_headline"
        ),
    ),
    "horizon_trend": (
        "success_rule weighting regularisation source models since",
        (
            "model_count first_release last_release doubling_days ci_low ci_high "
            "r_squared"
        ),
    ),
    "time_horizon_curves": (
        "success_rule weighting regularisation source model log2_minutes",
        "human_minutes success_rate",
    ),
    "success_within_budget": (
        "success_rule source model budget_actions",
        "attempt_count success_rate",
    ),
    "source_totals": (
        "source",
        (
            "attempt_count action_counted_count safety_count human_count task_count "
            "task_family_count evaluation_count excluded_evaluation_count "
            "benchmark_count agent_count model_count"
        ),
    ),
    "load_report": (
        "file_id",
        (
            "path format sha256 size_bytes record_count loaded_count quarantined_count "
            "loaded_at"
        ),
    ),
    "settings": ("setting", "value"),
    "attempt_sources": ("attempt_id", "path position open_command"),
    "views": ("view_name", "question grain key row_count column_count"),
    "attempt_attributes": (
        "source key",
        "attempt_count distinct_count example",
    ),
    "quarantine": ("file_id position", "reason_code detail record_excerpt"),
    "data_findings": ("finding_code source subject", "detail severity"),
    "reported_metrics": (
        "source evaluation_id scorer metric reducer",
        "reported recomputed difference is_equal",
    ),
}


@pytest.mark.parametrize("view", CATALOGUE)
def test_view_has_the_promised_columns(
    sample_views: duckdb.DuckDBPyConnection, view: str
):
    key, others = (names.split() for names in CATALOGUE[view])
    columns = {name for name, *_ in sample_views.execute(f"describe {view}").fetchall()}
    assert not {*key, *others} - columns


@pytest.mark.parametrize("view", CATALOGUE)
def test_key_identifies_a_row(sample_views: duckdb.DuckDBPyConnection, view: str):
    key = CATALOGUE[view][0].replace(" ", ", ")
    repeated = sample_views.execute(
        f"select {key} from {view} group by {key} having count(*) > 1"
    )
    assert not repeated.fetchall()
    unknown = " or ".join(f"{name} is null" for name in key.split(", "))
    assert not sample_views.execute(
        f"select {key} from {view} where {unknown}"
    ).fetchall()


def test_every_view_and_column_is_explained(sample_views: duckdb.DuckDBPyConnection):
    explained = sample_views.execute(
        """
        select table_name, column_name, comment from duckdb_columns()
        where schema_name = 'main' and not internal
        union all
        select view_name, null, comment from duckdb_views()
        where schema_name = 'main' and not internal
        union all
        select table_name, null, comment from duckdb_tables()
        where schema_name = 'main' and not internal
        """
    )
    comments = explained.fetchall()
    assert {view for view, *_ in comments} >= set(CATALOGUE)
    assert not [row for row in comments if not (row[2] or "").strip()]


# What one chooses; the rest of a key is the subject.
CHOICES = {
    "success_rule",
    "population",
    "coverage",
    "repeats",
    "basis",
    "weighting",
    "regularisation",
    "x_metric",
    "models",
    "since",
}
BY_CHOICE = {
    view: subject
    for view, (key, _) in CATALOGUE.items()
    # A scaffold is `*` or belongs to the basis.
    if (
        subject := set(key.split())
        - CHOICES
        - ({"scaffold"} if "basis" in key else set())
    )
    and CHOICES & set(key.split())
}


def test_the_views_keyed_by_choices_are_known():
    assert len(BY_CHOICE) > 25
    assert BY_CHOICE["benchmark_win_rates"] == {"source", "benchmark", "model"}


@pytest.mark.parametrize("view", BY_CHOICE)
def test_a_subject_has_one_headline(sample_views: duckdb.DuckDBPyConnection, view: str):
    subject = ", ".join(BY_CHOICE[view])
    counts = sample_views.execute(
        f"select count(*) filter (where is_headline) from {view} group by {subject}"
    ).fetchall()
    assert max(counts) == (1,)


def test_views_lists_every_view_with_its_rows(sample_views: duckdb.DuckDBPyConnection):
    listed = {
        name: (rows, columns)
        for name, rows, columns in sample_views.execute(
            "select view_name, row_count, column_count from views"
        ).fetchall()
    }
    public = sample_views.execute(
        "select table_name, count(*) from information_schema.columns "
        "where table_schema = 'main' group by table_name"
    ).fetchall()
    expected = {
        name: (
            sample_views.execute(f'select count(*) from "{name}"').fetchall()[0][0],
            columns,
        )
        for name, columns in public
        if name != "views"
    }
    assert listed == expected


def test_views_says_the_question_the_grain_and_the_key(
    sample_views: duckdb.DuckDBPyConnection,
):
    (row,) = sample_views.execute(
        "select question, grain, key from views where view_name = 'model_win_rates'"
    ).fetchall()
    assert row == (
        "Which model wins?",
        "one row per repeats, basis, source, coverage and model",
        "repeats, basis, source, coverage, model",
    )
