-- Grain: one row per success rule, source, model and budget of actions.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

budgets as (
    {% for budget in var('action_budgets') -%}
    select {{ budget }} as budget_actions
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- There are few distinct action counts, so budgets are joined to those, not to
-- attempts.
action_counts as (
    select
        success_rule,
        source,
        model,
        action_count,
        count(*) as attempt_count,
        count(*) filter (where is_success) as success_count
    from attempt_successes
    where
        population = 'capability'
        and action_count is not null
    group by success_rule, source, model, action_count
),

final as (
    select
        action_counts.success_rule,
        action_counts.source,
        action_counts.model,
        budgets.budget_actions,
        cast(sum(action_counts.attempt_count) as bigint) as attempt_count,
        sum(
            case
                when action_counts.action_count <= budgets.budget_actions
                    then action_counts.success_count
                else 0
            end
        )
        * 1e0
        / sum(action_counts.attempt_count) as success_rate
    from action_counts
    cross join budgets
    group by
        action_counts.success_rule,
        action_counts.source,
        action_counts.model,
        budgets.budget_actions
)

{{ with_headline(
    'final',
    ['source', 'model', 'budget_actions'],
    ['success_rule']
) }}
