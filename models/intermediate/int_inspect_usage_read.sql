-- Grain: one row per Inspect log, sample (empty: the evaluation) and epoch: the
-- tokens of its models, without graders. A sum with a part that was refused or
-- not reported is unknown. Since version 0.3.184 the input excludes cached
-- tokens. Before that it depends on the provider, as does whether the output
-- includes reasoning. The total decides if it can.
with

usage as (
    select * from {{ ref('stg_inspect__usage') }}
),

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
),

grader_roles as (
    select * from {{ ref('inspect_grader_roles') }}
),

-- A sample's usage is refused with the sample.
logs_with_refused_usage as (
    select distinct file_id
    from quarantined_records
    where
        contains(position, '/stats/model_usage/')
        or contains(position, '/stats/role_usage/')
),

compared as (
    select
        usage.*,
        coalesce(usage.reasoning_tokens, 0) as known_reasoning_tokens,
        usage.total_tokens - usage.reported_input_tokens - usage.output_tokens
            as tokens_beside,
        coalesce(usage.cache_read_tokens, 0) as known_read_tokens,
        coalesce(usage.cache_write_tokens, 0) as known_write_tokens,
        coalesce(evaluations.writer_number >= 3184, true) as is_new,
        coalesce(
            usage.provider_name, split_part(evaluations.full_model, '/', 1)
        ) as asked_provider
    from usage
    inner join evaluations
        on usage.file_id = evaluations.file_id
),

-- Tokens that the total has in addition to input and output.
uncached as (
    select
        *,
        case
            when
                tokens_beside - known_read_tokens - known_write_tokens
                in (0, known_reasoning_tokens)
                then reported_input_tokens
            when
                tokens_beside in (0, known_reasoning_tokens)
                and known_read_tokens > 0
                -- A part cannot be more than the input.
                and known_read_tokens <= reported_input_tokens
                then reported_input_tokens - known_read_tokens
            when is_new or asked_provider = 'anthropic'
                then reported_input_tokens
            when
                asked_provider in (
                    'openai', 'azure', 'google', 'vertex', 'grok'
                )
                then reported_input_tokens - known_read_tokens
            else reported_input_tokens
        end as input_tokens,
        output_tokens
        + case
            when known_reasoning_tokens > output_tokens
                then known_reasoning_tokens
            when
                tokens_beside not in (
                    0, known_read_tokens + known_write_tokens
                )
                and tokens_beside - known_reasoning_tokens in (
                    0, known_read_tokens + known_write_tokens
                )
                then known_reasoning_tokens
            else 0
        end as written_tokens
    from compared
),

signed as (
    select
        uncached.*,
        -- A total below the sum of its parts does not include them.
        case
            when
                uncached.total_tokens
                >= coalesce(uncached.input_tokens, 0)
                + uncached.known_read_tokens
                + uncached.known_write_tokens
                + coalesce(uncached.output_tokens, 0)
                then uncached.total_tokens
        end as whole_total_tokens,
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
        case
            when count(*) = count(input_tokens)
                then cast(sum(sign * input_tokens) as bigint)
        end as input_tokens,
        case
            when count(*) = count(written_tokens)
                then cast(sum(sign * written_tokens) as bigint)
        end as output_tokens,
        -- Null if no model reports a cache.
        cast(sum(sign * cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(sign * cache_write_tokens) as bigint) as cache_write_tokens,
        cast(sum(sign * reasoning_tokens) as bigint) as reasoning_tokens,
        case
            when count(*) = count(whole_total_tokens)
                then cast(sum(sign * whole_total_tokens) as bigint)
        end as total_tokens,
        count(*) filter (where kind = 'model') as model_count,
        count(*) filter (where kind = 'role') as grader_count,
        -- A cost is complete if every model that used tokens has a nonzero
        -- cost.
        count(*) filter (
            where
            kind = 'model'
            and greatest(
                coalesce(total_tokens, 0),
                coalesce(reported_input_tokens, 0),
                coalesce(output_tokens, 0),
                known_read_tokens,
                known_write_tokens
            ) > 0
            and coalesce(cost_usd, 0) <= 0
        ) as unpriced_count,
        -- A cost of 0 was not priced; a finding about the evaluation says so.
        count(*) filter (where kind = 'model' and cost_usd = 0)
        = greatest(count(*) filter (where kind = 'model'), 1) as is_all_zero,
        count(*) filter (
            where kind = 'role' and cost_usd is null
        ) as unpriced_role_count,
        {{ exact_sum('sign * cost_usd', 12) }} as cost_usd
    from signed
    group by file_id, scope, coalesce(sample_id, ''), coalesce(epoch, 0)
),

known as (
    select
        summed.*,
        summed.scope = 'evaluation'
        and logs_with_refused_usage.file_id is not null as is_short
    from summed
    left join logs_with_refused_usage
        on summed.file_id = logs_with_refused_usage.file_id
),

final as (
    select
        file_id,
        scope,
        sample_id,
        epoch,
        {%- for kind in [
            'input_tokens', 'output_tokens', 'cache_read_tokens',
            'cache_write_tokens', 'reasoning_tokens', 'total_tokens'
        ] %}
        case when not is_short and {{ kind }} >= 0 then {{ kind }} end
            as {{ kind }},
        {%- endfor %}
        case
            when
                not is_short
                and model_count > 0
                and unpriced_count = 0
                and unpriced_role_count = 0
                and cost_usd >= 0
                then cost_usd
            when scope = 'evaluation' and not is_short and is_all_zero then 0e0
        end as cost_usd,
        -- A grader is another model, or the evaluated model itself.
        model_count > 1 + grader_count as has_several_models
    from known
)

select * from final
