-- Grain: one row per model or role whose tokens an Inspect log counts, for a
-- sample or the evaluation.
with

source as (
    select * from {{ source('raw', 'inspect_usage') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        sample_id,
        epoch,
        kind,
        name,
        case
            when sample_id is null then 'evaluation'
            else 'sample'
        end as scope,
        case when kind = 'model' then split_part(name, '/', 1) end
            as provider_name,

        ---------- numerics
        input_tokens as reported_input_tokens,
        output_tokens as reported_output_tokens,
        total_tokens as reported_total_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        total_cost as cost_usd
    from source
)

select * from renamed
