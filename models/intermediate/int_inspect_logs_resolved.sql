-- Grain: one row per Inspect log: whether it is counted, of copies and retries.
-- Copies share an eval_id: one that is still `started` loses; those that agree
-- in score, status and tokens count once, those that contradict each other not
-- at all.
-- Retries share a task_id: a success first, then the latest.
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

ranked as (
    select
        file_id,
        evaluations.evaluation_id,
        evaluations.retry_group,
        evaluations.status,
        evaluations.created_at,
        evaluations.status || coalesce(fingerprints.fingerprint, '')
            as contents,
        count(*) over (partition by evaluations.evaluation_id) as copy_count,
        row_number() over (
            partition by evaluations.evaluation_id
            order by
                case evaluations.status when 'started' then 2 else 1 end,
                coalesce(scorer_counts.scorer_count, 0) desc,
                case evaluations.container when 'eval' then 1 else 2 end,
                file_id
        ) as copy_rank,
        evaluations.status = 'started'
        and min(
            case evaluations.status when 'started' then 2 else 1 end
        ) over (partition by evaluations.evaluation_id) = 1 as is_outdated
    from evaluations
    left join fingerprints using (file_id)
    left join scorer_counts using (file_id)
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
