-- Grain: one row per Inspect log: which score is the score, and what it says.
-- A row in seeds/inspect_score_scales.csv, else the log's headline, else the
-- first of its scores.
with

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

metrics as (
    select * from {{ ref('stg_inspect__metrics') }}
),

scores as (
    select * from {{ ref('stg_inspect__scores') }}
),

score_scales as (
    select * from {{ ref('inspect_score_scales') }}
),

first_reported as (
    select
        file_id,
        min_by(scorer, score_number) as scorer,
        min_by(score, score_number) as score
    from metrics
    group by file_id
),

first_sampled as (
    select
        file_id,
        min_by(scorer, scorer_number) as scorer
    from scores
    group by file_id
),

chosen as (
    select
        evaluations.file_id,
        coalesce(
            score_scales.scorer,
            evaluations.headline_scorer,
            first_reported.scorer,
            evaluations.first_scorer,
            first_sampled.scorer
        ) as scorer,
        case
            when score_scales.scorer is not null then score_scales.score_key
            when evaluations.headline_scorer is not null
                then evaluations.headline_score
            else first_reported.score
        end as named_score,
        evaluations.headline_metric,
        evaluations.headline_reducer,
        coalesce(score_scales.minimum, 0e0) as minimum,
        coalesce(score_scales.maximum, 1e0) as maximum,
        score_scales.scorer is not null as is_scaled
    from evaluations
    left join first_reported
        on evaluations.file_id = first_reported.file_id
    left join first_sampled
        on evaluations.file_id = first_sampled.file_id
    left join score_scales
        on evaluations.benchmark = score_scales.benchmark
),

of_scorer as (
    select
        file_id,
        scorer,
        min_by(score, score_number) as score
    from metrics
    group by file_id, scorer
),

completed as (
    select
        chosen.*,
        coalesce(
            nullif(chosen.named_score, ''), of_scorer.score, chosen.scorer
        ) as score
    from chosen
    left join of_scorer
        on
            chosen.file_id = of_scorer.file_id
            and chosen.scorer = of_scorer.scorer
),

matched_metrics as (
    select
        file_id,
        metrics.metric,
        metrics.reducer,
        metrics.value,
        row_number() over (
            partition by file_id
            order by metrics.score_number, metrics.metric_number
        ) as preference
    from completed
    inner join metrics using (file_id, scorer, score)
    where
        coalesce(completed.headline_metric, metrics.metric) in (
            metrics.metric, metrics.metric_key
        )
        and coalesce(completed.headline_reducer, metrics.reducer, '')
        = coalesce(metrics.reducer, '')
),

final as (
    select
        completed.file_id,
        completed.scorer,
        completed.score,
        completed.minimum,
        completed.maximum,
        completed.is_scaled,
        matched_metrics.metric,
        matched_metrics.reducer,
        matched_metrics.value as reported_value,
        case
            when matched_metrics.metric is not null
                then
                    completed.scorer || '/' || matched_metrics.metric || '/'
                    || coalesce(matched_metrics.reducer, 'mean')
        end as accuracy_metric
    from completed
    left join matched_metrics
        on
            completed.file_id = matched_metrics.file_id
            and matched_metrics.preference = 1
)

select * from final
