-- Grain: one row per run, whose metadata may be in several files.
with

runs as (
    select * from {{ ref('stg_terminal_bench__runs') }}
),

model_aliases as (
    select * from {{ ref('terminal_bench_model_aliases') }}
),

submissions as (
    select * from {{ ref('int_terminal_bench_submissions') }}
),

locks as (
    select * from {{ ref('stg_terminal_bench__locks') }}
),

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

-- Only the lock next to the metadata has the settings; the harness does not
-- write them into the metadata. A model may be among them.
locked as (
    select
        runs.evaluation_id,
        case
            when count(distinct locks.agent_settings) = 1
                then min(locks.agent_settings)
        end as agent_settings,
        case
            when count(distinct locks.model_name) = 1
                then min(locks.model_name)
        end as model_name
    from runs
    inner join file_paths as run_paths
        on runs.file_id = run_paths.file_id
    inner join file_paths as lock_paths
        on run_paths.folder = lock_paths.folder
    inner join locks
        on
            lock_paths.file_id = locks.file_id
            and runs.run_id = locks.run_id
    group by runs.evaluation_id
),

numbered as (
    select
        runs.evaluation_id,
        runs.run_id,
        runs.source,
        runs.benchmark,
        runs.agent_name,
        runs.accuracy,
        coalesce(runs.model_name, locked.model_name) as model_name,
        coalesce(runs.agent_settings, locked.agent_settings)
            as known_settings,
        -- The name without the provider.
        regexp_replace(
            coalesce(runs.model_name, locked.model_name), '^.*/', ''
        ) as short_name,
        row_number() over (
            partition by runs.evaluation_id order by runs.file_id
        ) as copy_number
    from runs
    left join locked
        on runs.evaluation_id = locked.evaluation_id
),

with_settings as (
    select
        *,
        {{ configured_effort_columns(
            ['known_settings'], agent_setting_places()
        ) }}
    from numbered
    where copy_number = 1
),

named as (
    select
        with_settings.*,
        -- A name that is not an alias is its own model.
        coalesce(whole.model, short.model, with_settings.short_name)
            as base_model,
        coalesce(whole.alias, short.alias) as match_rule,
        {{ configured_effort() }} as reasoning_effort
    from with_settings
    left join model_aliases as whole
        on with_settings.model_name = whole.alias
    left join model_aliases as short
        on {{ maker_model_name('with_settings.short_name') }} = short.alias
),

labelled as (
    select
        *,
        coalesce(' ' || reasoning_effort, '') as effort_label
    from named
),

final as (
    select
        labelled.evaluation_id,
        labelled.run_id,
        labelled.source,
        labelled.benchmark,
        labelled.agent_name,
        labelled.model_name,
        labelled.base_model || labelled.effort_label as model,
        labelled.match_rule,
        labelled.reasoning_effort,
        labelled.known_settings as agent_settings,
        labelled.accuracy,
        coalesce(submissions.submission_count > 1, false)
            as is_named_by_folder,
        -- Otherwise the submissions of one agent would be merged.
        labelled.agent_name || coalesce(
            '/' || labelled.base_model,
            case
                when submissions.submission_count > 1
                    then ' (' || submissions.submission || ')'
            end,
            ''
        ) || labelled.effort_label as agent
    from labelled
    left join submissions
        on
            labelled.evaluation_id = submissions.evaluation_id
            and labelled.model_name is null
)

select * from final
