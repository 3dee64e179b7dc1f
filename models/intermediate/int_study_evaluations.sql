-- Grain: one row per study and loaded evaluation that is one of the study's
-- runs.
with

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

study_runs as (
    select * from {{ ref('study_runs') }}
),

-- Run ids are chosen freely, so another result means another run.
runs_by_id as (
    select
        study_runs.study,
        study_runs.source,
        evaluation_id
    from evaluations
    inner join study_runs using (evaluation_id)
    where abs(evaluations.reported_accuracy - study_runs.accuracy) < 1e-9
),

-- A study's table without run ids rounds its numbers.
runs_by_result as (
    select
        study_runs.study,
        study_runs.source,
        evaluations.evaluation_id
    from evaluations
    inner join identified_evaluations
        on evaluations.evaluation_id = identified_evaluations.evaluation_id
    inner join study_runs
        on
            identified_evaluations.source = study_runs.source
            and evaluations.benchmark = study_runs.benchmark
            and identified_evaluations.model = study_runs.model
    where
        study_runs.evaluation_id is null
        and abs(evaluations.reported_accuracy - study_runs.accuracy) < 1e-4
        and abs(evaluations.total_cost_usd - study_runs.total_cost_usd) < 0.01
),

final as (
    select * from runs_by_id
    union
    select * from runs_by_result
)

select * from final
