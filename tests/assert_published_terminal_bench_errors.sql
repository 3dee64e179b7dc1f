-- "0.075" is mini-swe-agent's accuracy in its run 2025-08-15__19-28-24 on
-- Terminal-Bench: 63 of its 80 trials ended in an error, and of the 17 with a
-- verdict 6 are resolved (.353). Its run 2025-08-15__16-23-45 is included
-- twice, so 2,080 published trials are 2,000. Over all its runs 12.75 % of the
-- trials
-- are resolved, 20.4 % of those with a verdict.
with

attempts as (
    select * from {{ ref('attempts') }}
    where source = 'terminal_bench'
),

figures as (
    select
        count(*) as attempt_count,
        count(distinct evaluation_id) as run_count,
        count(case when scaffold = 'mini-swe-agent' then 1 end)
            as agent_attempt_count,
        count(case when scaffold = 'mini-swe-agent' then score end)
            as agent_scored_count,
        count(
            case when scaffold = 'mini-swe-agent' and score = 1 then 1 end
        ) as agent_success_count
    from attempts
),

one_run as (
    select
        count(*) as attempt_count,
        count(score) as scored_count,
        count(case when score = 1 then 1 end) as success_count,
        count(case when status = 'error' then 1 end) as error_count
    from attempts
    where
        evaluation_id
        = 'terminal_bench:7092bd8a-621c-4445-8d35-2a2f13d9f65b'
)

select
    figures.*,
    one_run.scored_count,
    one_run.success_count,
    one_run.error_count
from figures
cross join one_run
where
    {{ published_data_is_loaded('terminal_bench_runs') }}
    and (
        figures.attempt_count <> 2000
        or figures.run_count <> 21
        or figures.agent_attempt_count <> 400
        or figures.agent_scored_count <> 250
        or figures.agent_success_count <> 51
        or one_run.attempt_count <> 80
        or one_run.scored_count <> 17
        or one_run.success_count <> 6
        or one_run.error_count <> 63
    )
