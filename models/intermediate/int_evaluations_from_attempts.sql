-- Grain: one row per evaluation that its source does not report itself.
with

attempts as (
    select * from {{ ref('attempts') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

unreported as (
    select
        attempts.*,
        identified_evaluations.reasoning_effort,
        identified_evaluations.is_mean_of_tasks,
        {{ is_unpriced_attempt('attempts') }} as is_unpriced,
        -- An attempt's input includes what was read from and written to a
        -- cache.
        attempts.input_tokens
        - coalesce(attempts.cache_read_tokens, 0)
        - coalesce(attempts.cache_write_tokens, 0) as uncached_tokens
    from attempts
    inner join identified_evaluations
        on attempts.evaluation_id = identified_evaluations.evaluation_id
    where not identified_evaluations.is_reported
),

tasks as (
    select
        evaluation_id,
        benchmark,
        task_id,
        {{ exact_mean('score') }} as score
    from unreported
    group by evaluation_id, benchmark, task_id
),

task_means as (
    select
        evaluation_id,
        benchmark,
        {{ exact_mean('score') }} as mean_task_score
    from tasks
    group by evaluation_id, benchmark
),

-- A sum is unknown if any attempt's part is.
sums as (
    select
        evaluation_id,
        benchmark,
        is_mean_of_tasks,
        min(reasoning_effort) as reasoning_effort,
        cast(min(started_at) as date) as evaluated_on,
        {{ exact_mean('score') }} as mean_score,
        count(score) as scored_count,
        case
            when max(cost_usd) > 0 and count(*) filter (where is_unpriced) > 0
                then null
            when count(cost_usd) = count(*) then {{ exact_sum('cost_usd', 12) }}
        end as total_cost_usd,
        {{ exact_mean('latency_seconds') }} as mean_latency_seconds,
        case
            when count(*) filter (where uncached_tokens >= 0) = count(*)
                then cast(sum(uncached_tokens) as bigint)
        end as input_tokens,
        {%- for tokens in ['output', 'cache_read', 'cache_write'] %}
        case
            when count({{ tokens }}_tokens) = count(*)
                then cast(sum({{ tokens }}_tokens) as bigint)
        end as {{ tokens }}_tokens,
        {%- endfor %}
        cast(sum(total_tokens) as bigint) as known_token_count,
        -- Runs of one agent can come from several files; then there is no
        -- single file.
        case when min(file_id) = max(file_id) then min(file_id) end as file_id
    from unreported
    group by evaluation_id, benchmark, is_mean_of_tasks
),

final as (
    select
        evaluation_id,
        benchmark,
        sums.reasoning_effort,
        sums.evaluated_on,
        case
            when sums.is_mean_of_tasks then task_means.mean_task_score
            else sums.mean_score
        end as accuracy,
        case
            when sums.scored_count = 0 then null
            when sums.is_mean_of_tasks then 'mean_task_score'
            else 'mean_score'
        end as accuracy_metric,
        sums.total_cost_usd,
        sums.mean_latency_seconds,
        sums.input_tokens,
        sums.output_tokens,
        sums.cache_read_tokens,
        sums.cache_write_tokens,
        sums.known_token_count,
        sums.file_id
    from sums
    inner join task_means using (evaluation_id, benchmark)
)

select * from final
