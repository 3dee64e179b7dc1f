-- Grain: one row per success rule, source, model, resource and budget of it.
with

attempts as (
    select * from {{ ref('attempts') }}
),

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

amounts as (
    {% for resource, amount in [
        ('cost_usd', 'cost_usd'),
        ('latency_seconds', 'latency_seconds'),
        ('tokens', 'input_tokens + output_tokens'),
    ] -%}
    select
        attempt_id,
        source,
        '{{ resource }}' as resource,
        cast({{ amount }} as double) as amount
    from attempts
    where
        population = 'capability'
        and score is not null
        and {{ amount }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- `union` and not `union all`: quantiles of a constant are one budget.
budgets as (
    {% for quantile in var('resource_budget_quantiles') -%}
    select
        source,
        resource,
        {{ quantile_cont('amount', quantile) }} as budget
    from amounts
    group by source, resource
    {{ 'union' if not loop.last }}
    {% endfor %}
),

final as (
    select
        attempt_successes.success_rule,
        attempt_successes.source,
        attempt_successes.model,
        amounts.resource,
        budgets.budget,
        count(*) as attempt_count,
        avg(
            case
                when
                    attempt_successes.is_success
                    and amounts.amount <= budgets.budget
                    then 1
                else 0
            end
        ) as success_rate
    from attempt_successes
    inner join amounts
        on attempt_successes.attempt_id = amounts.attempt_id
    inner join budgets
        on
            amounts.source = budgets.source
            and amounts.resource = budgets.resource
    group by
        attempt_successes.success_rule,
        attempt_successes.source,
        attempt_successes.model,
        amounts.resource,
        budgets.budget
)

select * from final
