-- Are better models more efficient?
-- The study: "better models are more successful AND more action-efficient":
-- claude-4-opus (80 %, 9 actions) against gpt-4o-mini (49 %, 11); it also
-- prints claude-4-sonnet as 67 % and 12 actions.
-- The data: 76.9 % and 11 for claude-4-sonnet. The compared pair is right, but
-- the rule is not general: gpt-3.5-turbo and qwen-2-72b take the fewest actions
-- and succeed least, because they give up early. On shared tasks o1-preview
-- takes fewer actions than claude-4-opus and succeeds less.
with

model_summary as (
    select * from {{ ref('model_summary') }}
),

shared_task_model_summary as (
    select * from {{ ref('shared_task_model_summary') }}
)

select
    model_summary.source,
    model_summary.model,
    round(100 * model_summary.success_rate, 1) as success_pct,
    model_summary.median_action_count,
    round(100 * shared_task_model_summary.success_rate, 1)
        as shared_success_pct,
    shared_task_model_summary.median_action_count
        as shared_median_action_count
from model_summary
left join shared_task_model_summary
    on
        model_summary.source = shared_task_model_summary.source
        and model_summary.model = shared_task_model_summary.model
where
    model_summary.population = '{{ var('population', 'capability') }}'
    and model_summary.is_major
order by
    model_summary.source asc,
    model_summary.success_rate desc,
    model_summary.model asc
