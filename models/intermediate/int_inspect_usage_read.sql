-- Grain: one row per Inspect log, sample (none: the evaluation) and epoch: the
-- tokens of its models, less those of graders.
-- Since version 0.3.184 the input is without what a cache gave; before it, that
-- depends on the provider. The total tells where it can.
with

usage as (
    select * from {{ ref('stg_inspect__usage') }}
),

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

grader_roles as (
    select * from {{ ref('inspect_grader_roles') }}
),

compared as (
    select
        usage.*,
        coalesce(usage.cache_read_tokens, 0) as known_read_tokens,
        coalesce(usage.cache_write_tokens, 0) as known_write_tokens,
        coalesce(evaluations.writer_number >= 3184, true) as is_new,
        coalesce(
            usage.provider_name, split_part(evaluations.full_model, '/', 1)
        ) as asked_provider
    from usage
    inner join evaluations using (file_id)
),

uncached as (
    select
        *,
        case
            when
                total_tokens = reported_input_tokens + output_tokens
                + known_read_tokens + known_write_tokens
                then reported_input_tokens
            when
                total_tokens = reported_input_tokens + output_tokens
                and known_read_tokens > 0
                then reported_input_tokens - known_read_tokens
            when is_new or asked_provider = 'anthropic'
                then reported_input_tokens
            when
                asked_provider in (
                    'openai', 'azure', 'google', 'vertex', 'grok'
                )
                then reported_input_tokens - known_read_tokens
            else reported_input_tokens
        end as input_tokens
    from compared
),

signed as (
    select
        uncached.*,
        case when uncached.kind = 'model' then 1 else -1 end as sign
    from uncached
    left join grader_roles
        on
            uncached.kind = 'role'
            and uncached.name = grader_roles.role
    where uncached.kind = 'model' or grader_roles.role is not null
),

summed as (
    select
        file_id,
        scope,
        coalesce(sample_id, '') as sample_id,
        coalesce(epoch, 0) as epoch,
        cast(sum(sign * input_tokens) as bigint) as input_tokens,
        cast(sum(sign * output_tokens) as bigint) as output_tokens,
        -- Null where no model tells of a cache.
        cast(sum(sign * cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(sign * cache_write_tokens) as bigint) as cache_write_tokens,
        cast(sum(sign * reasoning_tokens) as bigint) as reasoning_tokens,
        cast(sum(sign * total_tokens) as bigint) as total_tokens,
        count(*) filter (where kind = 'model') as model_count,
        -- A cost is complete if each model that used tokens has one, and not 0.
        count(*) filter (
            where
            kind = 'model'
            and total_tokens > 0
            and coalesce(cost_usd, 0) <= 0
        ) as unpriced_count,
        count(*) filter (
            where kind = 'role' and cost_usd is null
        ) as unpriced_role_count,
        {{ exact_sum('sign * cost_usd', 12) }} as cost_usd
    from signed
    group by file_id, scope, coalesce(sample_id, ''), coalesce(epoch, 0)
),

final as (
    select
        file_id,
        scope,
        sample_id,
        epoch,
        case when input_tokens >= 0 then input_tokens end as input_tokens,
        case when output_tokens >= 0 then output_tokens end as output_tokens,
        case when cache_read_tokens >= 0 then cache_read_tokens end
            as cache_read_tokens,
        case when cache_write_tokens >= 0 then cache_write_tokens end
            as cache_write_tokens,
        case when reasoning_tokens >= 0 then reasoning_tokens end
            as reasoning_tokens,
        case when total_tokens >= 0 then total_tokens end as total_tokens,
        case
            when
                model_count > 0
                and unpriced_count = 0
                and unpriced_role_count = 0
                and cost_usd >= 0
                then cost_usd
        end as cost_usd
    from summed
)

select * from final
