-- Grain: one row per score that an Inspect log reports, and sample: its epochs
-- reduced as Inspect does. If Inspect does not reduce them, one row per epoch.
{%- set most_k = 1000 %}
with

scores as (
    select * from {{ ref('int_inspect_scores_counted') }}
),

numbers as (
    {{ number_series(0, most_k - 1) }}
),

compared as (
    select
        *,
        -- In Python true, 1 and 1.0 are equal, and the text C is another value.
        count(*) over (
            partition by
                file_id, score_number, sample_id,
                case
                    when value_kind in ('number', 'boolean')
                        then cast(counted_value as string)
                    else value_kind || ' ' || value_text
                end
        ) as equal_count,
        count(*) over (
            partition by file_id, score_number, sample_id
        ) as epoch_count
    from scores
),

ranked as (
    select
        *,
        row_number() over (
            partition by file_id, score_number, sample_id
            order by equal_count desc, epoch asc
        ) as mode_rank
    from compared
    where not is_unscored
),

by_sample as (
    select
        file_id,
        score_number,
        reducer,
        sample_id,
        is_by_epoch,
        case when is_by_epoch then epoch else 0 end as unit,
        -- Of pass_at_<k>, pass_k_<k> and at_least_<k>.
        try_cast(split_part(reducer, '_', -1) as bigint) as k,
        count(*) as value_count,
        count(counted_value) as known_count,
        count(*) filter (where counted_value >= 1) as success_count,
        -- Successes for pass_k, failures for pass_at.
        count(*) filter (
            where (counted_value >= 1)
            = (reducer like 'pass@_k@_%' escape '@')
        ) as alike_count,
        {{ in_order('avg', 'counted_value') }} as mean_value,
        {{ quantile_cont('counted_value', 0.5) }} as median_value,
        max(counted_value) as max_value,
        max(case when mode_rank = 1 then counted_value end) as mode_value,
        max(equal_count) * 2 > max(epoch_count) as has_majority
    from ranked
    group by
        file_id, score_number, reducer, sample_id, is_by_epoch, unit, k
),

-- The share of draws of k epochs in which all are successes, or failures.
draws as (
    select
        by_sample.file_id,
        by_sample.score_number,
        by_sample.sample_id,
        by_sample.unit,
        exp({{ in_order(
            'sum',
            'ln(greatest(by_sample.alike_count - numbers.number, 1) * 1e0'
            ~ ' / (by_sample.value_count - numbers.number))'
        ) }}) as alike_share
    from by_sample
    inner join numbers
        on
            by_sample.k > numbers.number
            and by_sample.k <= least(by_sample.value_count, {{ most_k }})
    group by
        by_sample.file_id, by_sample.score_number, by_sample.sample_id,
        by_sample.unit
),

drawn as (
    select
        by_sample.*,
        case
            when by_sample.alike_count < by_sample.k then 0e0
            else draws.alike_share
        end as all_alike
    from by_sample
    left join draws
        on
            by_sample.file_id = draws.file_id
            and by_sample.score_number = draws.score_number
            and by_sample.sample_id = draws.sample_id
            and by_sample.unit = draws.unit
),

final as (
    select
        file_id,
        score_number,
        sample_id,
        unit,
        case
            -- An infinite value has no number here.
            when known_count < value_count then null
            when is_by_epoch or reducer = 'mean' then mean_value
            when reducer = 'median' then median_value
            when reducer in ('mode', 'majority') then mode_value
            when reducer = 'max' then max_value
            when reducer like 'at@_least@_%' escape '@'
                then case when success_count >= k then 1e0 else 0e0 end
            when reducer like 'pass@_at@_%' escape '@' then 1 - all_alike
            when reducer like 'pass@_k@_%' escape '@' then all_alike
        end as value
    from drawn
    -- With too few epochs a reducer is undefined, and the sample is not scored.
    where
        not (reducer like 'pass@_%' escape '@' and value_count < k)
        and (reducer <> 'majority' or is_by_epoch or has_majority)
)

select * from final
