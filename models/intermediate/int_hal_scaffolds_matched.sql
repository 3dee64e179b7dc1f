-- Grain: one row per HAL trace: the program around its model.
-- By the first rule that matches the agent's name. An unknown scaffold keeps
-- its own name, so that two of them stay apart, but without the model that it
-- ran:
-- `Lantern (o3)` and `Lantern (o4-mini high)` are both Lantern.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

models_named as (
    select * from {{ ref('int_hal_models_named') }}
),

efforts as (
    select * from {{ ref('int_hal_efforts_read') }}
),

scaffold_rules as (
    select * from {{ ref('hal_scaffold_rules') }}
),

model_aliases as (
    select * from {{ ref('hal_model_aliases') }}
),

matched as (
    select
        evaluations.file_id,
        evaluations.trace_number,
        min_by(scaffold_rules.scaffold, scaffold_rules.position) as scaffold,
        min_by(
            scaffold_rules.position || ': ' || scaffold_rules.prefix,
            scaffold_rules.position
        ) as match_rule
    from evaluations
    inner join scaffold_rules
        on
            left(lower(evaluations.agent), length(scaffold_rules.prefix))
            = scaffold_rules.prefix
            -- Browser-Use-Plus is a different scaffold, Browser-Use_test is
            -- not.
            and not coalesce(
                contains(
                    'abcdefghijklmnopqrstuvwxyz0123456789-',
                    nullif(
                        substr(
                            lower(evaluations.agent),
                            length(scaffold_rules.prefix) + 1,
                            1
                        ),
                        ''
                    )
                ),
                false
            )
            and coalesce(scaffold_rules.benchmark, '')
            in ('', evaluations.benchmark)
    group by evaluations.file_id, evaluations.trace_number
),

known_keys as (
    select {{ model_name_key('alias') }} as model_key from model_aliases
    union
    select {{ model_name_key('model') }} as model_key from model_aliases
),

-- The text in brackets at the end of the name, and the text before them.
bracketed as (
    select
        file_id,
        trace_number,
        efforts.reasoning_effort,
        regexp_extract(
            evaluations.agent, '^(.*[^ _-])[ _-]*[(][^()]*[)] *$', 1
        ) as text_before,
        {{ model_name_key(
            "regexp_extract(evaluations.agent, '[(]([^()]*)[)] *$', 1)"
        ) }} as model_key,
        {{ model_name_key('model_name') }} as own_key,
        {{ model_name_key('models_named.model') }} as own_model_key
    from evaluations
    left join models_named using (model_name)
    left join efforts using (file_id, trace_number)
),

without_model as (
    select
        bracketed.file_id,
        bracketed.trace_number,
        -- `Lantern high (o3)`: the effort belongs to the model too.
        case
            when
                lower(bracketed.text_before)
                like '%_ ' || bracketed.reasoning_effort
                then
                    left(
                        bracketed.text_before,
                        length(bracketed.text_before)
                        - length(bracketed.reasoning_effort) - 1
                    )
            else bracketed.text_before
        end as scaffold
    from bracketed
    left join known_keys
        on bracketed.model_key = known_keys.model_key
    where
        bracketed.text_before <> ''
        and bracketed.model_key <> ''
        and (
            known_keys.model_key is not null
            or bracketed.model_key
            in (bracketed.own_key, bracketed.own_model_key)
        )
),

final as (
    select
        file_id,
        trace_number,
        coalesce(
            matched.scaffold, without_model.scaffold, evaluations.agent
        ) as scaffold,
        matched.match_rule
    from evaluations
    left join matched using (file_id, trace_number)
    left join without_model using (file_id, trace_number)
)

select * from final
