-- Grain: one row per success rule, source, benchmark, agent and task that the
-- agent tried. Human attempts, which are reference data, are left out.
with

agent_attempts as (
    select * from {{ ref('attempt_successes') }}
    where population <> 'human'
),

{{ agent_task_ctes() }}

select * from final
