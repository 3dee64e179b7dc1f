-- Grain: one row per run, whose metadata may be in several files.
with

runs as (
    select * from {{ ref('stg_terminal_bench__runs') }}
),

model_aliases as (
    select * from {{ ref('terminal_bench_model_aliases') }}
),

numbered as (
    select
        *,
        row_number() over (partition by evaluation_id order by file_id)
            as copy_number
    from runs
),

final as (
    select
        numbered.evaluation_id,
        numbered.run_id,
        numbered.source,
        numbered.benchmark,
        numbered.agent_name,
        numbered.model_name,
        -- A name that is not an alias is a model of that name.
        coalesce(model_aliases.model, numbered.model_name) as model,
        model_aliases.alias as match_rule,
        numbered.accuracy,
        numbered.agent_name
        || coalesce(
            '/' || coalesce(model_aliases.model, numbered.model_name), ''
        ) as agent
    from numbered
    left join model_aliases
        on numbered.model_name = model_aliases.alias
    where numbered.copy_number = 1
)

select * from final
