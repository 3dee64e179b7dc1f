-- Grain: one row per success rule, source, benchmark, agent and task that the
-- agent tried; no human attempts, which are reference data.
with

agent_attempts as (
    select * from {{ ref('attempt_successes') }}
    where population <> 'human'
),

{{ agent_task_ctes() }}

select * from final
