-- Grain: one row per evaluation of Terminal-Bench, Harbor or Inspect whose
-- agent has a thinking or temperature setting that no rule reads, although it
-- differs from other evaluations of the same agent.
with

runs as (
    select * from {{ ref('int_terminal_bench_runs') }}
),

trials as (
    select * from {{ ref('int_harbor_trials_identified') }}
),

logs as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
    where not is_superseded
),

-- Of a log only the temperature counts: its other thinking settings are read by
-- rules, or only affect what is displayed.
settings as (
    select
        evaluations.evaluation_id,
        evaluations.source,
        evaluations.benchmark,
        evaluations.agent,
        'read' as reasoning_effort,
        lower(
            coalesce(cast(logs.plan_config as string), '') || ' '
            || coalesce(cast(logs.model_config as string), '')
        ) as setting_text
    from evaluations
    inner join logs
        on evaluations.file_id = logs.file_id
    union all
    {%- for relation in ['runs', 'trials'] %}
    select distinct
        evaluation_id,
        source,
        benchmark,
        agent,
        reasoning_effort,
        lower(coalesce(cast(agent_settings as string), '')) as setting_text
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- If a rule has read the effort, they already differ in their model.
unread as (
    select distinct
        evaluation_id,
        source,
        benchmark,
        agent,
        trim(
            case
                when reasoning_effort is not null then ''
                else
                    regexp_extract(
                        setting_text,
                        '"[a-z0-9_. -]*(effort|think|reason|budget)'
                        || '[a-z0-9_. -]*" *: *'
                        || '("[^"]+"|[{][^}]+[}]|[0-9.-]+|true)',
                        0
                    )
            end
            || ' '
            || regexp_extract(
                setting_text, '"temperature" *: *"?[0-9][0-9.e-]*"?', 0
            )
        ) as unread_text
    from settings
),

groups as (
    select
        source,
        benchmark,
        agent,
        count(distinct evaluation_id) as evaluation_count
    from unread
    group by source, benchmark, agent
    having count(distinct unread_text) > 1
),

final as (
    select
        'unread_effort' as finding_code,
        source,
        unread.evaluation_id as subject,
        'its agent has the setting ' || left(min(unread.unread_text), 80)
        || ', which no rule reads, so it counts as one of '
        || min(groups.evaluation_count) || ' evaluation(s) of ' || agent
        || ' on ' || benchmark as detail
    from unread
    inner join groups using (source, benchmark, agent)
    where unread.unread_text <> ''
    group by source, benchmark, agent, unread.evaluation_id
)

select * from final
