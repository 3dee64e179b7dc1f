-- Grain: one row per success rule, source, benchmark, agent and k.
with

agent_tasks as (
    {{ repeated_agent_tasks() | indent(4) }}
),

draws as (
    {%- for k in var('repeat_counts') %}
    select
        *,
        cast({{ k }} as integer) as k,
        1 - {{ share_of_draws(
            '(attempt_count - success_count)', 'attempt_count', k
        ) }} as any_share,
        {{ share_of_draws('success_count', 'attempt_count', k) }} as all_share
    from agent_tasks
    where attempt_count >= {{ k }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        success_rule,
        source,
        benchmark,
        agent,
        k,
        population,
        count(*) as task_count,
        cast(sum(attempt_count) as bigint) as attempt_count,
        {{ mean_of_shares('success_rate') }} as success_rate,
        {{ mean_of_shares('any_share') }} as pass_at_k,
        {{ mean_of_shares('all_share') }} as pass_hat_k
    from draws
    group by success_rule, source, benchmark, population, agent, k
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'agent', 'k'],
    ['success_rule']
) }}
