-- Grain: one row per evaluation and model whose tokens are known.
-- If a source counts tokens by evaluation, not by model, they are those of the
-- evaluation's model, provided that it used no other.
{%- set kinds = [
    'input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens',
    'known_token_count',
] %}
with

hal_model_tokens as (
    select * from {{ ref('int_hal_model_tokens') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

model_aliases as (
    select * from {{ ref('hal_model_aliases') }}
),

evaluations_by_model as (
    select distinct evaluation_id from hal_model_tokens
),

-- A reasoning effort does not change the price.
of_one_model as (
    select
        evaluations.*,
        case
            when
                right(
                    identified_evaluations.model,
                    length(evaluations.reasoning_effort) + 1
                ) = ' ' || evaluations.reasoning_effort
                then
                    left(
                        identified_evaluations.model,
                        length(identified_evaluations.model)
                        - length(evaluations.reasoning_effort) - 1
                    )
            else identified_evaluations.model
        end as model
    from evaluations
    inner join identified_evaluations
        on evaluations.evaluation_id = identified_evaluations.evaluation_id
    left join evaluations_by_model
        on evaluations.evaluation_id = evaluations_by_model.evaluation_id
    where
        evaluations_by_model.evaluation_id is null
        and evaluations.known_token_count > 0
        and evaluations.input_tokens is not null
        and evaluations.output_tokens is not null
        and identified_evaluations.population <> 'human'
        and not coalesce(evaluations.has_several_models, false)
),

-- By its whole name, else without its provider, or without what a cloud adds.
named as (
    select
        of_one_model.evaluation_id,
        coalesce(
            aliases.model,
            endings.model,
            made_by.model,
            of_one_model.model
        ) as model,
        {{ kinds | join(', ') }}
    from of_one_model
    left join model_aliases as aliases
        on of_one_model.model = aliases.alias
    left join model_aliases as endings
        on split_part(of_one_model.model, '/', -1) = endings.alias
    left join model_aliases as made_by
        on
            {{ maker_model_name("split_part(of_one_model.model, '/', -1)") }}
            = made_by.alias
),

final as (
    select
        evaluation_id,
        model,
        {{ kinds | join(', ') }}
    from hal_model_tokens
    union all
    select
        evaluation_id,
        model,
        {{ kinds | join(', ') }}
    from named
)

select * from final
