-- Grain: one row per attempt record and file: its position in the file.
with

metr_runs as (
    select * from {{ ref('stg_metr__runs') }}
),

metr_horizon_runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

hal_task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

inspect_evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
),

inspect_samples as (
    select * from {{ ref('stg_inspect__samples') }}
),

terminal_bench_trials as (
    select * from {{ ref('int_terminal_bench_trial_runs') }}
),

harbor_trials as (
    select * from {{ ref('stg_harbor__trials') }}
),

table_attempts as (
    select * from {{ ref('stg_table__attempts') }}
),

final as (
    select
        attempt_id,
        file_id,
        line as line_number,
        cast(null as string) as json_pointer
    from metr_runs
    union all
    select
        attempt_id,
        file_id,
        line as line_number,
        cast(null as string) as json_pointer
    from metr_horizon_runs
    union all
    select
        {{ hal_attempt_id(
            'hal_evaluations.evaluation_id', 'hal_task_results.task_id'
        ) }} as attempt_id,
        file_id,
        cast(null as bigint) as line_number,
        hal_task_results.pointer as json_pointer
    from hal_evaluations
    inner join hal_task_results using (file_id, trace_number)
    union all
    select
        inspect_evaluations.evaluation_id
        || ':' || inspect_samples.sample_id
        || ':' || inspect_samples.epoch as attempt_id,
        file_id,
        cast(null as bigint) as line_number,
        inspect_samples.pointer as json_pointer
    from inspect_evaluations
    inner join inspect_samples using (file_id)
    union all
    select
        attempt_id,
        file_id,
        cast(null as bigint) as line_number,
        pointer as json_pointer
    from terminal_bench_trials
    union all
    select
        attempt_id,
        file_id,
        cast(null as bigint) as line_number,
        pointer as json_pointer
    from harbor_trials
    union all
    select
        attempt_id,
        file_id,
        line as line_number,
        cast(null as string) as json_pointer
    from table_attempts
)

select * from final
