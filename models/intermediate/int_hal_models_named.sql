-- Grain: one row per name of a model, as HAL traces write it.
-- A path before the name is removed if it is a provider's, or if a known name
-- follows; so is whatever Bedrock and Vertex add. Any other path is part of the
-- name: `runs/a/final` and `runs/b/final` are two
-- models.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

token_usage as (
    select * from {{ ref('stg_hal__token_usage') }}
),

model_calls as (
    select * from {{ ref('stg_hal__model_calls') }}
),

refused_parts as (
    select * from {{ ref('int_hal_refused_parts') }}
),

model_aliases as (
    select * from {{ ref('hal_model_aliases') }}
),

providers as (
    select * from {{ ref('model_providers') }}
),

numbers as (
    {{ number_series(0, 15) }}
),

names as (
    select
        model_name,
        length(model_name) - length(replace(model_name, '/', ''))
            as slash_count
    from (
        select model_name from evaluations
        union
        select model_name from token_usage
        union
        select model_name from model_calls
        union
        select part_name as model_name from refused_parts
        where part = 'usage'
    ) as every_name
    where model_name is not null
),

-- The number of leading parts that are providers.
provider_paths as (
    select
        names.model_name,
        min(numbers.number) - 1 as provider_count
    from names
    inner join numbers
        on numbers.number between 1 and names.slash_count + 1
    left join providers
        on
            lower(split_part(names.model_name, '/', numbers.number))
            = providers.provider
    where
        providers.provider is null
        or numbers.number = names.slash_count + 1
    group by names.model_name
),

endings as (
    select
        names.model_name,
        numbers.number as left_out_count,
        regexp_replace(
            names.model_name, '^([^/]*/){' || numbers.number || '}', ''
        ) as ending
    from names
    inner join numbers
        on numbers.number between 0 and names.slash_count
),

looked_up as (
    select
        endings.model_name,
        endings.left_out_count,
        endings.ending,
        coalesce(model_aliases.model, made_by.model) as known_model
    from endings
    left join model_aliases
        on endings.ending = model_aliases.alias
    left join model_aliases as made_by
        on {{ maker_model_name('endings.ending') }} = made_by.alias
),

-- The longest ending that is a known name, else the part after the providers.
ranked as (
    select
        looked_up.model_name,
        looked_up.ending as model_alias,
        looked_up.known_model,
        row_number() over (
            partition by looked_up.model_name
            order by
                case when looked_up.known_model is null then 1 else 0 end asc,
                case
                    when looked_up.known_model is null
                        then -looked_up.left_out_count
                    else looked_up.left_out_count
                end asc
        ) as ending_rank
    from looked_up
    inner join provider_paths
        on looked_up.model_name = provider_paths.model_name
    where
        looked_up.known_model is not null
        or looked_up.left_out_count = 0
        or (
            looked_up.left_out_count <= provider_paths.provider_count
            and looked_up.ending <> ''
        )
),

final as (
    select
        model_name,
        model_alias,
        -- An unknown name is kept as it is.
        coalesce(known_model, model_alias) as model,
        known_model is not null as is_known_model
    from ranked
    where ending_rank = 1
)

select * from final
