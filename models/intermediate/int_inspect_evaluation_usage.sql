-- Grain: one row per Inspect log with its models' usage, without graders. The
-- log of a retry may count only its own calls. If its samples, including those
-- taken over, used more, their sum counts; if they tell no usage, as in old
-- versions, its usage is unknown.
{%- set counts = ['input_tokens', 'output_tokens', 'total_tokens'] %}
{%- set parts = [
    'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens',
] %}
with

usage as (
    select * from {{ ref('int_inspect_usage_summed') }}
),

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

logged_samples as (
    select * from {{ ref('stg_inspect__samples') }}
),

logs as (
    select * from usage
    where scope = 'evaluation'
),

-- A sum is unknown if any sample's part is.
samples as (
    select
        file_id,
        coalesce(sum(total_tokens), 0) as known_tokens,
        {%- for count in counts %}
        case
            when count(*) = count({{ count }})
                then cast(sum({{ count }}) as bigint)
        end as {{ count }},
        {%- endfor %}
        {%- for part in parts %}
        cast(sum({{ part }}) as bigint) as {{ part }},
        {%- endfor %}
        case
            when count(*) = count(cost_usd)
                then {{ exact_sum('cost_usd', 12) }}
        end as cost_usd,
        bool_or(has_several_models) as has_several_models
    from usage
    where scope = 'sample'
    group by file_id
),

-- Whether none of a log's samples tells its usage.
silent_logs as (
    select file_id
    from logged_samples
    group by file_id
    having count(*) filter (where has_usage) = 0
),

retries as (
    select evaluations.file_id
    from evaluations
    inner join silent_logs
        on evaluations.file_id = silent_logs.file_id
    inner join evaluations as tries
        on
            evaluations.retry_group = tries.retry_group
            and evaluations.evaluation_id <> tries.evaluation_id
            and evaluations.created_at > tries.created_at
    group by evaluations.file_id
),

-- The samples' sum is used only if it is higher.
final as (
    select
        logs.file_id,
        {%- for column in counts + parts %}
        case
            when retries.file_id is not null then null
            when samples.file_id is null then logs.{{ column }}
            else samples.{{ column }}
        end as {{ column }},
        {%- endfor %}
        case
            when retries.file_id is not null then null
            -- A cost of 0 was not priced; a finding says so.
            when samples.file_id is not null and logs.cost_usd <> 0
                then samples.cost_usd
            else logs.cost_usd
        end as cost_usd,
        logs.has_several_models
        or coalesce(samples.has_several_models, false) as has_several_models
    from logs
    left join samples
        on
            logs.file_id = samples.file_id
            and logs.total_tokens < samples.known_tokens
    left join retries
        on logs.file_id = retries.file_id
)

select * from final
