-- Grain: one row per model that a HAL trace reports tokens of.
with

source as (
    select * from {{ source('raw', 'hal_token_usage') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        trace_number,
        pointer,

        ---------- text
        model as model_name,
        split_part(model, '/', -1) as model_alias,

        ---------- numerics
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        output_tokens,
        reasoning_tokens
    from source
)

select * from renamed
