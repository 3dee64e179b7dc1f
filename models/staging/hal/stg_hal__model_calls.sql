-- Grain: one row per logged call of a HAL trace.
with

source as (
    select * from {{ source('raw', 'hal_model_calls') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        trace_number,
        pointer,
        task_id,

        ---------- text
        trim(model) as model_name,

        ---------- numerics
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        output_tokens,
        reasoning_tokens,

        ---------- booleans
        is_leaf
    from source
)

select * from renamed
