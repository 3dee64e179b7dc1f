-- Grain: one row per Inspect log, sample (empty: the evaluation) and epoch: the
-- tokens of its models, without graders. A sum with a part that was refused or
-- not reported is unknown.
with

usage as (
    select * from {{ ref('int_inspect_usage_read') }}
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

-- A role's tokens are among those of its model.
signed as (
    select
        usage.*,
        case when usage.kind = 'model' then 1 else -1 end as sign
    from usage
    left join grader_roles
        on
            usage.kind = 'role'
            and usage.name = grader_roles.role
    where usage.kind = 'model' or grader_roles.role is not null
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
            when count(*) = count(output_tokens)
                then cast(sum(sign * output_tokens) as bigint)
        end as output_tokens,
        -- Null if no model reports a cache.
        cast(sum(sign * cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(sign * cache_write_tokens) as bigint) as cache_write_tokens,
        cast(sum(sign * reasoning_tokens) as bigint) as reasoning_tokens,
        case
            when count(*) = count(total_tokens)
                then cast(sum(sign * total_tokens) as bigint)
        end as total_tokens,
        count(*) filter (where kind = 'model') as model_count,
        count(*) filter (where kind = 'role') as grader_count,
        -- A cost is complete if every model that used tokens has a nonzero
        -- cost.
        count(*) filter (
            where kind = 'model' and has_tokens and coalesce(cost_usd, 0) <= 0
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
