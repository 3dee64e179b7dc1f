-- Grain: one row per source, benchmark and task that enough comparison models
-- attempted, so that no model is judged on easier tasks than the others.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

final as (
    select
        source,
        benchmark,
        task_id,
        count(distinct model) as model_count
    from attempt_successes
    where
        success_rule = 'any_credit'
        and population = 'capability'
        and action_count is not null
        and model in (
            {%- for model in var('comparison_models') %}
            '{{ model }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    group by source, benchmark, task_id
    having count(distinct model) >= {{ var('min_shared_models') }}
)

select * from final
