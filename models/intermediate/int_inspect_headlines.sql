-- Grain: one row per Inspect log: its headline score. A row in
-- seeds/inspect_score_scales.csv decides, else the log's headline, else the
-- first of its scores. If the task does not name the metric, it is the first
-- one that can be an accuracy.
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

first_sampled as (
    select
        file_id,
        min_by(scorer, scorer_number) as scorer
    from scores
    group by file_id
),

sampled_scorers as (
    select distinct
        file_id,
        scorer
    from scores
),

declared as (
    select
        evaluations.file_id,
        score_scales.scorer is not null as is_scaled,
        coalesce(score_scales.scorer, evaluations.headline_scorer) as scorer,
        case
            when score_scales.scorer is not null
                then nullif(score_scales.score_key, '')
            else evaluations.headline_score
        end as score,
        evaluations.headline_metric as metric,
        evaluations.headline_reducer as reducer,
        evaluations.is_metric_declared,
        coalesce(score_scales.minimum, 0e0) as minimum,
        coalesce(score_scales.maximum, 1e0) as maximum,
        -- Without results: the headline's scorer, if it scored.
        coalesce(
            score_scales.scorer,
            sampled_scorers.scorer,
            unqualified_scorers.scorer,
            evaluations.first_scorer,
            first_sampled.scorer
        ) as sampled_scorer
    from evaluations
    left join score_scales
        on evaluations.benchmark = score_scales.benchmark
    left join first_sampled
        on evaluations.file_id = first_sampled.file_id
    left join sampled_scorers
        on
            evaluations.file_id = sampled_scorers.file_id
            and evaluations.headline_scorer = sampled_scorers.scorer
    -- Samples name the scorer without its package.
    left join sampled_scorers as unqualified_scorers
        on
            evaluations.file_id = unqualified_scorers.file_id
            and split_part(evaluations.first_scorer, '/', -1)
            = unqualified_scorers.scorer
),

-- Measures of spread or agreement, the ends of an interval and the shares of
-- categories. The group of a single metric is null, and so is each in old logs.
described as (
    select
        *,
        metric_group is null
        and metric in (
            'stderr', 'bootstrap_stderr', 'std', 'var', 'krippendorff_alpha'
        )
        or coalesce(metric_group in ('ci', 'ci_wilson', 'frequency'), false)
            as is_no_level
    from metrics
),

compared as (
    select
        metrics.*,
        (metrics.group_field is not null or metrics.is_no_level)
        and metrics.metric_number = 1
        and not coalesce(declared.is_metric_declared, false)
            as is_no_accuracy,
        metrics.group_field is not null
        and metrics.metric = metrics.whole_label as is_whole,
        coalesce(declared.scorer = metrics.scorer, true)
        and coalesce(declared.score = metrics.score, true) as is_its_score,
        coalesce(
            declared.metric in (metrics.metric, metrics.metric_key), true
        )
        and coalesce(declared.reducer = coalesce(metrics.reducer, ''), true)
            as is_its_metric,
        declared.is_scaled
    from described as metrics
    inner join declared
        on metrics.file_id = declared.file_id
),

-- As Inspect resolves it: each given field narrows the choice, and a headline
-- that matches nothing counts as none.
ranked as (
    select
        *,
        row_number() over (
            partition by file_id
            order by
                case when is_its_score and is_its_metric then 1 else 2 end asc,
                score_number asc,
                metric_number asc
        ) as preference
    from compared
    where is_its_score or not is_scaled
),

-- Inspect's default, the first metric, may be of one group of samples or no
-- level. Used instead are the same metric over all samples, else the first that
-- is neither.
wholes as (
    select
        ranked.file_id,
        compared.metric,
        compared.value,
        row_number() over (
            partition by ranked.file_id
            order by
                case when compared.is_whole then 1 else 2 end asc,
                compared.metric_number asc
        ) as preference
    from ranked
    inner join compared
        on
            ranked.file_id = compared.file_id
            and ranked.score_number = compared.score_number
    where
        ranked.preference = 1
        and ranked.is_no_accuracy
        and (
            (ranked.group_field = compared.group_field and compared.is_whole)
            or (compared.group_field is null and not compared.is_no_level)
        )
),

chosen as (
    select
        ranked.file_id,
        ranked.scorer,
        ranked.score,
        ranked.reducer,
        case
            when ranked.is_no_accuracy then wholes.metric
            else ranked.metric
        end as metric,
        case
            when ranked.is_no_accuracy then wholes.value
            else ranked.value
        end as value
    from ranked
    left join wholes
        on
            ranked.file_id = wholes.file_id
            and wholes.preference = 1
    where ranked.preference = 1
),

final as (
    select
        declared.file_id,
        coalesce(chosen.scorer, declared.sampled_scorer) as scorer,
        coalesce(
            chosen.score, declared.score, declared.sampled_scorer
        ) as score,
        declared.minimum,
        declared.maximum,
        declared.is_scaled,
        chosen.metric,
        chosen.reducer,
        chosen.value as reported_value,
        chosen.scorer || '/' || chosen.metric || '/'
        || coalesce(chosen.reducer, 'mean') as accuracy_metric
    from declared
    left join chosen
        on declared.file_id = chosen.file_id
)

select * from final
