-- Grain: one row per success rule, source, benchmark, population, task and
-- model that tried it.
-- Tasks are grouped by number: with many tasks there are nearly as many rows as
-- attempts, and names would not fit into memory.
{%- set attempts = ref('attempt_successes') %}
{%- set task_names = ['source', 'benchmark', 'task_id'] %}
with

tasks as (
    select
        {{ task_names | join(', ') }},
        min(task_family) as task_family,
        row_number() over (order by {{ task_names | join(', ') }})
            as task_number
    from {{ attempts }}
    group by {{ task_names | join(', ') }}
),

counts as (
    select
        attempts.success_rule,
        attempts.population,
        attempts.model,
        tasks.task_number,
        -- Constant within a task; otherwise it is a finding.
        min(attempts.human_minutes) filter (where attempts.human_minutes > 0)
            as human_minutes,
        count(*) as attempt_count,
        count(*) filter (where attempts.is_success) as success_count
    from {{ attempts }} as attempts
    inner join tasks using ({{ task_names | join(', ') }})
    group by
        attempts.success_rule,
        attempts.population,
        attempts.model,
        tasks.task_number
),

final as (
    select
        counts.success_rule,
        tasks.source,
        tasks.benchmark,
        counts.population,
        tasks.task_id,
        counts.model,
        tasks.task_family,
        counts.human_minutes,
        counts.attempt_count,
        counts.success_count
    from counts
    inner join tasks using (task_number)
)

select * from final
