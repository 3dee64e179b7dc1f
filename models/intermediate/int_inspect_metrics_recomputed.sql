-- Grain: one row per metric that an Inspect evaluation reports: the reported
-- value, and the value computed from its scores.
with

evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
),

metrics as (
    select * from {{ ref('stg_inspect__metrics') }}
),

reduced as (
    select * from {{ ref('int_inspect_values_reduced') }}
),

samples as (
    select * from {{ ref('stg_inspect__samples') }}
),

totals as (
    select
        file_id,
        score_number,
        count(*) as unit_count,
        count(value) as known_count,
        {{ in_order('avg', 'value') }} as mean_value,
        {{ in_order('stddev_samp', 'value') }} as std_value
    from reduced
    group by file_id, score_number
),

-- Samples in one cluster are not independent.
clustered as (
    select
        metrics.file_id,
        metrics.score_number,
        metrics.metric_number,
        {{ json_field('samples.metadata', 'metrics.cluster_field') }}
            as cluster_name,
        {{ in_order('sum', 'reduced.value - totals.mean_value') }}
            as deviation
    from metrics
    inner join reduced
        on
            metrics.file_id = reduced.file_id
            and metrics.score_number = reduced.score_number
    inner join totals
        on
            metrics.file_id = totals.file_id
            and metrics.score_number = totals.score_number
    inner join samples
        on
            reduced.file_id = samples.file_id
            and reduced.sample_id = samples.sample_id
            and greatest(reduced.unit, 1) = samples.epoch
    where metrics.cluster_field is not null
    group by
        metrics.file_id,
        metrics.score_number,
        metrics.metric_number,
        cluster_name
),

cluster_errors as (
    select
        file_id,
        score_number,
        clustered.metric_number,
        sqrt(
            {{ in_order('sum', 'clustered.deviation * clustered.deviation') }}
            * count(*) / nullif(count(*) - 1, 0)
        ) / max(totals.unit_count) as standard_error
    from clustered
    inner join totals using (file_id, score_number)
    group by
        file_id, score_number, clustered.metric_number
),

compared as (
    select
        evaluations.source,
        evaluations.evaluation_id,
        metrics.scorer || case
            when metrics.score <> metrics.scorer then '/' || metrics.score
            else ''
        end as scorer,
        metrics.metric_key as metric,
        coalesce(metrics.reducer, 'mean') as reducer,
        metrics.value as reported,
        case
            when
                totals.unit_count is null
                or totals.known_count < totals.unit_count
                or metrics.metric_group is not null
                then null
            when metrics.metric in ('accuracy', 'mean')
                then totals.mean_value
            when metrics.metric = 'std' then coalesce(totals.std_value, 0)
            when metrics.metric = 'var'
                then coalesce(totals.std_value * totals.std_value, 0)
            when
                metrics.metric = 'stderr'
                and metrics.cluster_field is not null
                then coalesce(cluster_errors.standard_error, 0)
            when metrics.metric = 'stderr'
                then
                    coalesce(
                        totals.std_value
                        / sqrt(cast(totals.unit_count as double)),
                        0
                    )
        end as recomputed,
        row_number() over (
            partition by
                evaluations.evaluation_id,
                metrics.scorer,
                metrics.score,
                metrics.metric_key,
                coalesce(metrics.reducer, 'mean')
            order by score_number, metric_number
        ) as repeat_number
    from evaluations
    inner join metrics using (file_id)
    left join totals using (file_id, score_number)
    left join cluster_errors using (file_id, score_number, metric_number)
),

final as (
    select
        source,
        evaluation_id,
        -- Two scorers with the same name differ by their number.
        scorer || case
            when repeat_number > 1 then ' #' || repeat_number
            else ''
        end as scorer,
        metric,
        reducer,
        reported,
        recomputed
    from compared
)

select * from final
