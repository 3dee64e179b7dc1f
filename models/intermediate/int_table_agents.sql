-- Grain: one row per evaluation of a table: its agent and benchmark.
with

attempts as (
    select * from {{ ref('stg_table__attempts') }}
),

named as (
    select distinct
        evaluation_id,
        source,
        agent,
        scaffold,
        model,
        nullif(reasoning_effort, 'unknown') as reasoning_effort,
        population
    from attempts
),

final as (
    select
        evaluation_id,
        source,
        agent,
        -- Agents of one model are not repeats of each other; an agent that is
        -- made of the model and its effort says nothing about a scaffold.
        case
            when
                scaffold = 'unknown'
                and agent <> model
                and agent <> model || coalesce(' ' || reasoning_effort, '')
                then agent
            else scaffold
        end as scaffold,
        case
            when
                right(model, length(reasoning_effort) + 1)
                = ' ' || reasoning_effort
                then model
            else model || coalesce(' ' || reasoning_effort, '')
        end as model,
        reasoning_effort,
        population,
        true as is_mean_of_tasks
    from named
)

select * from final
