-- Grain: one row per source and comparison model, over shared tasks.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

shared_tasks as (
    select * from {{ ref('shared_tasks') }}
),

final as (
    select
        source,
        attempt_successes.model,
        count(*) as attempt_count,
        count(
            distinct
            {{ escaped('benchmark', '/') }}
            || '/' || task_id
        ) as task_count,
        {{ exact_mean('attempt_successes.score') }} as mean_score,
        avg(cast(attempt_successes.is_success as integer)) as success_rate,
        median(attempt_successes.action_count) as median_action_count,
        avg(attempt_successes.action_count) as mean_action_count
    from attempt_successes
    inner join shared_tasks using (source, benchmark, task_id)
    where
        attempt_successes.success_rule = 'any_credit'
        and attempt_successes.population = 'capability'
        and attempt_successes.action_count is not null
        and attempt_successes.model in (
            {%- for model in var('comparison_models') %}
            '{{ model }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    group by source, attempt_successes.model
)

select * from final
