-- A HAL trace leaves on its way to evaluations only as a copy of a run that is
-- kept or because two traces of one run disagree; its task outcomes go with it.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
    where score is not null
),

repeated_traces as (
    select * from {{ ref('int_hal_traces_repeated') }}
),

left_out as (
    select
        evaluations.file_id,
        evaluations.trace_number
    from evaluations
    inner join repeated_traces
        on evaluations.evaluation_id = repeated_traces.evaluation_id
    where
        repeated_traces.is_conflicting
        or evaluations.file_id <> repeated_traces.kept_file_id
        or evaluations.trace_number <> repeated_traces.kept_trace_number
),

counts as (
    select
        (select count(*) from evaluations) as trace_count,
        (select count(*) from left_out) as left_out_count,
        (
            select count(*) from {{ ref('evaluations') }}
            where source = 'hal'
        ) as evaluation_count,
        (select count(*) from task_results) as outcome_count,
        (
            select count(*)
            from task_results
            inner join left_out
                on
                    task_results.file_id = left_out.file_id
                    and task_results.trace_number = left_out.trace_number
        ) as left_out_outcome_count,
        (
            select count(*) from {{ ref('attempts') }}
            where source = 'hal'
        ) as attempt_count
)

select *
from counts
where
    trace_count <> evaluation_count + left_out_count
    or outcome_count <> attempt_count + left_out_outcome_count
