-- Grain: one row per score that an Inspect log reports, and sample: its epochs
-- reduced as Inspect does. If Inspect does not reduce them, one row per epoch.
{%- set most_k = 1000 %}
with

metrics as (
    select * from {{ ref('stg_inspect__metrics') }}
),

scores as (
    select * from {{ ref('stg_inspect__scores') }}
),

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

-- Before 0.3.248 metrics left out samples that ended in an error.
errors as (
    select * from {{ ref('stg_inspect__samples') }}
    where error is not null
),

numbers as (
    {{ number_series(0, most_k - 1) }}
),

reported_scores as (
    select
        file_id,
        metrics.score_number,
        metrics.scorer,
        metrics.score,
        coalesce(metrics.reducer, 'mean') as reducer,
        split_part(coalesce(metrics.reducer, 'mean'), '_', -1) as last_word,
        max(metrics.scored_samples) as scored_samples,
        coalesce(max(evaluations.writer_number) < 3248, false) as drops_errors,
        -- Versions before 0.3.19 had no reducers.
        coalesce(bool_or(
            evaluations.is_unreduced
            or metrics.scored_samples is null
            and metrics.reducer is null
            and (evaluations.version = 1 or evaluations.writer_number < 3019)
        ), false) as is_unreduced
    from metrics
    inner join evaluations using (file_id)
    group by
        file_id, metrics.score_number, metrics.scorer, metrics.score,
        metrics.reducer
),

counted as (
    select
        file_id,
        reported_scores.score_number,
        reported_scores.reducer,
        reported_scores.last_word,
        reported_scores.scored_samples,
        reported_scores.is_unreduced,
        sample_id,
        epoch,
        scores.counted_value,
        scores.is_unscored,
        -- In Python true, 1 and 1.0 are equal, and the text C is another value.
        count(*) over (
            partition by
                file_id, reported_scores.score_number, sample_id,
                case
                    when scores.value_kind in ('number', 'boolean')
                        then cast(scores.counted_value as string)
                    else scores.value_kind || ' ' || scores.value_text
                end
        ) as equal_count,
        count(*) over (
            partition by file_id, reported_scores.score_number, sample_id
        ) as epoch_count
    from reported_scores
    inner join scores using (file_id, scorer)
    left join errors using (file_id, sample_id, epoch)
    where
        scores.score_key in ('', reported_scores.score)
        and not (reported_scores.drops_errors and errors.error is not null)
),

ranked as (
    select
        *,
        row_number() over (
            partition by file_id, score_number, sample_id
            order by equal_count desc, epoch asc
        ) as mode_rank
    from counted
    where not is_unscored
),

ways as (
    select
        file_id,
        score_number,
        bool_or(is_unreduced)
        or coalesce(max(scored_samples) > count(distinct sample_id), false)
            as is_by_epoch
    from ranked
    group by file_id, score_number
),

by_sample as (
    select
        file_id,
        score_number,
        ranked.reducer,
        ranked.sample_id,
        ways.is_by_epoch,
        case when ways.is_by_epoch then ranked.epoch else 0 end as unit,
        try_cast(ranked.last_word as bigint) as k,
        count(*) as value_count,
        count(ranked.counted_value) as known_count,
        count(*) filter (where ranked.counted_value >= 1) as success_count,
        -- Successes for pass_k, failures for pass_at.
        count(*) filter (
            where (ranked.counted_value >= 1)
            = (ranked.reducer like 'pass@_k@_%' escape '@')
        ) as alike_count,
        {{ in_order('avg', 'ranked.counted_value') }} as mean_value,
        {{ quantile_cont('ranked.counted_value', 0.5) }} as median_value,
        max(ranked.counted_value) as max_value,
        max(case when ranked.mode_rank = 1 then ranked.counted_value end)
            as mode_value,
        max(ranked.equal_count) * 2 > max(ranked.epoch_count) as has_majority
    from ranked
    inner join ways using (file_id, score_number)
    group by
        file_id, score_number, ranked.reducer, ranked.sample_id,
        ways.is_by_epoch, unit, k
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
