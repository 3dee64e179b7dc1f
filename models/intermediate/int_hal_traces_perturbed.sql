-- Grain: one row per HAL trace of a run that was disturbed on purpose.
with

traces as (
    select
        *,
        -- A run id begins with its benchmark, whose name may contain such a
        -- word.
        lower(agent || ' ' || replace(run_id, benchmark, '')) as full_name
    from {{ ref('stg_hal__evaluations') }}
),

fields as (
    select * from {{ ref('hal_perturbation_fields') }}
),

names as (
    select * from {{ ref('hal_perturbation_names') }}
),

-- The agent's arguments come first; the command line put them there.
switches as (
    select
        traces.file_id,
        traces.trace_number,
        fields.field,
        fields.what,
        coalesce(
            {{ json_value('traces.agent_args', "'$.' || fields.field") }},
            {{ json_value('traces.extra_config', "'$.' || fields.field") }}
        ) as value
    from traces
    cross join fields
),

perturbations as (
    select
        file_id,
        trace_number,
        what,
        field
    from switches
    -- A switch is on unless its value says that it is off.
    where
        lower(trim(value))
        not in (
            '', 'false', 'no', 'off', 'none', 'null', '0', '0.0', '{}', '[]'
        )
    union all
    select
        traces.file_id,
        traces.trace_number,
        names.what,
        'its name' as field
    from traces
    inner join names
        on {{ matches_pattern('traces.full_name', 'names.pattern') }}
    union all
    select
        file_id,
        trace_number,
        'tasks are reworded' as what,
        'prompt_sensitivity_metrics' as field
    from traces
    where has_prompt_variations
),

final as (
    select
        file_id,
        trace_number,
        count(distinct what) as perturbation_count,
        min(what || ' (' || field || ')') as perturbation
    from perturbations
    group by file_id, trace_number
)

select * from final
