-- Grain: one row per sample and epoch of an Inspect evaluation that counts.
with

evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
    where not is_superseded
),

samples as (
    select * from {{ ref('int_inspect_samples_judged') }}
),

human_minutes as (
    select * from {{ ref('inspect_human_minutes') }}
),

timed as (
    select
        samples.*,
        evaluations.evaluation_id,
        evaluations.source,
        evaluations.benchmark,
        evaluations.agent,
        {{ inspect_number(
            json_value(
                'samples.metadata',
                "coalesce(human_minutes.path, '$.human_minutes')",
            )
        ) }} * coalesce(human_minutes.factor, 1e0) as minutes
    from samples
    inner join evaluations
        on samples.file_id = evaluations.file_id
    left join human_minutes
        on evaluations.benchmark = human_minutes.benchmark
),

final as (
    select
        evaluation_id || ':' || sample_id || ':' || epoch as attempt_id,
        evaluation_id,
        file_id,
        source,
        benchmark,
        sample_id as task_id,
        agent,
        score,
        status,
        action_count,
        case when minutes > 0 then minutes end as human_minutes,
        latency_seconds,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        total_tokens,
        cost_usd,
        started_at
    from timed
)

select * from final
