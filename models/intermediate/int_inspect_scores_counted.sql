-- Grain: one row per score that an Inspect log reports, sample, epoch and value
-- that counts for it, scored or not.
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

reported_scores as (
    select
        file_id,
        metrics.score_number,
        metrics.scorer,
        metrics.score,
        coalesce(metrics.reducer, 'mean') as reducer,
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
        reported_scores.scored_samples,
        reported_scores.is_unreduced,
        sample_id,
        epoch,
        scores.score_key,
        scores.value_kind,
        scores.value_text,
        scores.counted_value,
        scores.is_unscored
    from reported_scores
    inner join scores using (file_id, scorer)
    left join errors using (file_id, sample_id, epoch)
    where
        scores.score_key in ('', reported_scores.score)
        and not (reported_scores.drops_errors and errors.error is not null)
),

-- A log that scores more than its samples scores epochs.
by_epoch as (
    select
        file_id,
        score_number,
        bool_or(is_unreduced)
        or coalesce(max(scored_samples) > count(distinct sample_id), false)
            as is_by_epoch
    from counted
    where not is_unscored
    group by file_id, score_number
),

final as (
    select
        file_id,
        score_number,
        counted.reducer,
        counted.sample_id,
        counted.epoch,
        counted.score_key,
        counted.value_kind,
        counted.value_text,
        counted.counted_value,
        counted.is_unscored,
        by_epoch.is_by_epoch
    from counted
    left join by_epoch using (file_id, score_number)
)

select * from final
