-- Grain: one row per HAL evaluation with an effort that no rule reads, although
-- it differs from another evaluation of the same model.
{%- set words = '(minimal|xhigh|high|medium|low|max|ultra|think[a-z]*|effort|'
    'reason[a-z]*)' %}
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

traces as (
    select * from {{ ref('stg_hal__evaluations') }}
),

default_efforts as (
    select * from {{ ref('model_default_efforts') }}
),

-- The first effort word in the agent's name, with a number after it; and the
-- first argument named after an effort.
settings as (
    select
        evaluations.evaluation_id,
        evaluations.source,
        evaluations.benchmark,
        evaluations.scaffold,
        evaluations.model,
        evaluations.reasoning_effort,
        lower(traces.model_name) as model_text,
        default_efforts.default_effort,
        regexp_extract(
            lower(evaluations.agent),
            '(^|[^a-z])({{ words }}([ _=:-]*[0-9]+k?)?)([^a-z]|$)',
            2
        ) as effort_in_name,
        regexp_extract(
            lower(
                coalesce(cast(traces.agent_args as string), '') || ' '
                || coalesce(cast(traces.extra_config as string), '')
            ),
            '"([a-z0-9_. -]*(effort|think|reason)[a-z0-9_. -]*" *: *'
            || '("[^"]*"|[{][^}]*[}]|[a-z0-9.-]+))',
            1
        ) as effort_in_argument
    from evaluations
    inner join traces using (file_id, trace_number)
    left join default_efforts
        on evaluations.base_model = default_efforts.model
),

-- If a rule has read the effort, the evaluations already differ in their model.
unread as (
    select
        evaluation_id,
        source,
        benchmark,
        scaffold,
        model,
        case
            when reasoning_effort is not null then ''
            when effort_in_argument <> '' then '"' || effort_in_argument
            when
                effort_in_name = coalesce(default_effort, '')
                or contains(coalesce(model_text, ''), effort_in_name)
                then ''
            else effort_in_name
        end as effort_text
    from settings
),

groups as (
    select
        source,
        benchmark,
        scaffold,
        model,
        count(*) as evaluation_count
    from unread
    group by source, benchmark, scaffold, model
    having count(distinct effort_text) > 1
),

final as (
    select
        'unread_effort' as finding_code,
        source,
        unread.evaluation_id as subject,
        'it says ' || left(unread.effort_text, 80) || ', which no rule reads as'
        || ' an effort, so it counts as one of ' || groups.evaluation_count
        || ' repeats of ' || scaffold || ' with ' || model || ' on '
        || benchmark as detail
    from unread
    inner join groups using (source, benchmark, scaffold, model)
    where unread.effort_text <> ''
)

select * from final
