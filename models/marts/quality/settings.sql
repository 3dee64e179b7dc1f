-- Grain: one row per var of dbt_project.yml: its value at the last refresh.
{%- set names = [
    'min_outcomes_per_task',
    'min_outcomes_per_task_model',
    'min_pairs_per_model',
    'major_model_attempts',
    'min_shared_models',
    'comparison_models',
    'min_attempts_per_bin',
    'min_bins_per_model',
    'min_failures_per_agent',
    'high_action_floor',
    'high_action_multiple',
    'grinding_actions',
    'extreme_actions',
    'suspected_action_limits',
    'action_limit_neighbours',
    'default_effort',
    'horizon_regularisations',
    'accuracy_tolerance',
    'apply_corrections',
    'min_shared_tasks',
    'max_compared_agents',
    'detectable_standard_errors',
    'repeat_counts',
    'horizon_newton_steps',
    'horizon_flat_slope',
    'horizon_log2_limit',
    'horizon_curve_log2_minutes',
    'action_budgets',
    'resource_budget_quantiles',
    'bootstrap_replicates',
    'bootstrap_seed',
    'bootstrap_max_tasks',
    'rating_max_clusters',
    'rating_cluster_groups',
    'rating_steps',
    'min_usable_replicate_share',
] %}
with

final as (
    {%- for name in names %}
    select
        '{{ name }}' as setting,
        '{{ var(name) | tojson | replace("'", "''") }}' as value
    {% if not loop.last -%}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
