-- Grain: one row per model for which a HAL trace reports tokens.
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
        trim(model) as model_name,

        ---------- numerics
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        output_tokens,
        reasoning_tokens
    from source
)

select * from renamed
