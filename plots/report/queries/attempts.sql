with placed as (
    select
        *,
        row_number() over (
            partition by source order by md5(attempt_id), attempt_id
        ) as place,
        count(*) over (partition by source) as source_attempt_count
    from attempts
    where
        population not in ('human', 'perturbed') and action_count is not null and score is not null
)
select
    source,
    population,
    case when place <= 2000 then 'sample' else 'rest' end as part,
    task_id as task,
    agent,
    model,
    attempt_id as run,
    action_count,
    score,
    outcome,
    human_minutes,
    source_attempt_count
from placed
where place <= 12000
order by source, place
