-- Grain: one row per Inspect log, sample, epoch, scorer and key of its value.
-- The value as read by Inspect's value_to_float, except that an unreadable one
-- is null here and 0 there.
with

source as (
    select * from {{ source('raw', 'inspect_scores') }}
),

lowered as (
    select
        *,
        lower(value_text) as lower_text,
        {{ inspect_number('value_text') }} as text_number
    from source
),

read as (
    select
        *,
        case
            when value_kind in ('number', 'boolean') then value_number
            when value_kind <> 'text' then null
            when value_text = 'C' then 1e0
            when value_text = 'P' then 0.5e0
            when value_text in ('I', 'N') then 0e0
            when lower_text in ('yes', 'true') then 1e0
            when lower_text in ('no', 'false') then 0e0
            else text_number
        end as value,
        -- Inspect's own value for an unscored sample.
        value_kind = 'nan' or (value_kind = 'null' and score_key = '')
            as is_unscored
    from lowered
),

renamed as (
    select
        ---------- ids
        file_id,
        sample_id,
        epoch,
        scorer_number,
        scorer,
        score_key,

        ---------- text
        value_kind,
        value_text,

        ---------- numerics
        value,
        -- The value that Inspect counts; null if it is not a number.
        case
            when is_unscored or value_kind = 'infinite' then null
            when value is null then 0e0
            else value
        end as counted_value,
        edit_count,

        ---------- booleans
        is_unscored,
        value is null and value_kind in ('text', 'null') and not is_unscored
            as is_unreadable
    from read
)

select * from renamed
