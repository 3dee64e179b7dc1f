-- Grain: one row per Inspect log: whether it counts, among copies and retries.
-- Copies share an eval_id. The most complete one is kept: a log that is still
-- `started` comes last, then one without samples, then one that was not scored.
-- Copies that agree in score, status and tokens count once; conflicting ones do
-- not count. Retries share a task_id: a success comes first, then the latest.
with

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

samples as (
    select * from {{ ref('int_inspect_samples_judged') }}
),

scores as (
    select * from {{ ref('stg_inspect__scores') }}
),

sample_texts as (
    select
        file_id,
        sample_id || ' ' || epoch
        || ' ' || coalesce(cast(score as string), 'null')
        || ' ' || status
        || ' ' || coalesce(cast(total_tokens as string), 'null') as sample_text
    from samples
),

fingerprints as (
    select
        file_id,
        {{ fingerprint('sample_text') }} as fingerprint
    from sample_texts
    group by file_id
),

scorer_counts as (
    select
        file_id,
        count(distinct scorer) as scorer_count
    from scores
    group by file_id
),

described as (
    select
        file_id,
        evaluations.evaluation_id,
        evaluations.retry_group,
        evaluations.status,
        evaluations.container,
        evaluations.created_at,
        coalesce(scorer_counts.scorer_count, 0) as scorer_count,
        evaluations.status || coalesce(fingerprints.fingerprint, '')
            as contents,
        case
            when evaluations.status = 'started' then 4
            when fingerprints.fingerprint is null then 3
            when scorer_counts.scorer_count is null then 2
            else 1
        end as fullness_rank
    from evaluations
    left join fingerprints using (file_id)
    left join scorer_counts using (file_id)
),

ranked as (
    select
        *,
        count(*) over (partition by evaluation_id) as copy_count,
        row_number() over (
            partition by evaluation_id
            order by
                fullness_rank asc,
                scorer_count desc,
                case container when 'eval' then 1 else 2 end asc,
                file_id asc
        ) as copy_rank,
        fullness_rank > min(fullness_rank) over (partition by evaluation_id)
            as is_outdated
    from described
),

disagreements as (
    select
        evaluation_id,
        count(distinct contents) > 1 as is_conflicting
    from ranked
    where not is_outdated
    group by evaluation_id
),

kept as (
    select
        ranked.file_id,
        row_number() over (
            partition by ranked.retry_group
            order by
                case ranked.status when 'success' then 1 else 2 end,
                ranked.created_at desc nulls last,
                evaluation_id desc
        ) as retry_rank
    from ranked
    inner join disagreements using (evaluation_id)
    where ranked.copy_rank = 1 and not disagreements.is_conflicting
),

final as (
    select
        ranked.file_id,
        ranked.evaluation_id,
        ranked.retry_group,
        ranked.copy_count,
        coalesce(disagreements.is_conflicting, false) as is_conflicting,
        kept.file_id is not null as is_kept,
        coalesce(kept.retry_rank > 1, false) as is_superseded
    from ranked
    left join disagreements
        on ranked.evaluation_id = disagreements.evaluation_id
    left join kept
        on ranked.file_id = kept.file_id
)

select * from final
