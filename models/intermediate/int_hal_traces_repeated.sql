-- Grain: one row per HAL run id that more than one trace holds.
-- The same run comes as an encrypted zip, decrypted, and reduced to its
-- headline. Where the headlines agree, and what is told of each task, of tokens
-- and of the day, the fullest trace is kept.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

model_calls as (
    select * from {{ ref('stg_hal__model_calls') }}
),

token_usage as (
    select * from {{ ref('stg_hal__token_usage') }}
),

detail_counts as (
    select
        file_id,
        trace_number,
        count(*) as detail_count
    from (
        select
            file_id,
            trace_number
        from task_results
        union all
        select
            file_id,
            trace_number
        from task_latencies
        union all
        select
            file_id,
            trace_number
        from model_calls
        union all
        select
            file_id,
            trace_number
        from token_usage
    ) as details
    group by file_id, trace_number
),

contradicted_tasks as (
    select
        evaluations.evaluation_id,
        task_results.task_id
    from evaluations
    inner join task_results
        on
            evaluations.file_id = task_results.file_id
            and evaluations.trace_number = task_results.trace_number
    group by evaluations.evaluation_id, task_results.task_id
    having
        min(task_results.score) <> max(task_results.score)
        or min(task_results.step_count) <> max(task_results.step_count)
),

-- By sums, for a reduced trace numbers its tasks, and rounds.
latency_sums as (
    select
        file_id,
        trace_number,
        count(latency_seconds) as latency_count,
        {{ exact_sum('latency_seconds', 6) }} as latency_seconds
    from task_latencies
    group by file_id, trace_number
),

token_sums as (
    select
        file_id,
        trace_number,
        count(*) as model_count,
        sum(
            coalesce(input_tokens, 0)
            + coalesce(cache_read_tokens, 0)
            + coalesce(cache_write_tokens, 0)
        ) as read_tokens,
        sum(coalesce(cache_read_tokens, 0)) as cache_read_tokens,
        sum(coalesce(output_tokens, 0)) as output_tokens
    from token_usage
    group by file_id, trace_number
),

contradicted_sums as (
    select evaluations.evaluation_id
    from evaluations
    left join latency_sums
        on
            evaluations.file_id = latency_sums.file_id
            and evaluations.trace_number = latency_sums.trace_number
    left join token_sums
        on
            evaluations.file_id = token_sums.file_id
            and evaluations.trace_number = token_sums.trace_number
    group by evaluations.evaluation_id
    having
        min(evaluations.evaluated_on) <> max(evaluations.evaluated_on)
        or (
            min(latency_sums.latency_count) = max(latency_sums.latency_count)
            and max(latency_sums.latency_seconds)
            > min(latency_sums.latency_seconds) * (1 + 1e-6) + 1e-3
        )
        or (
            min(token_sums.model_count) = max(token_sums.model_count)
            and (
                min(token_sums.read_tokens) <> max(token_sums.read_tokens)
                or min(token_sums.cache_read_tokens)
                <> max(token_sums.cache_read_tokens)
                or min(token_sums.output_tokens)
                <> max(token_sums.output_tokens)
            )
        )
),

contradicted_runs as (
    select evaluation_id from contradicted_tasks
    union
    select evaluation_id from contradicted_sums
),

ranked as (
    select
        evaluations.evaluation_id,
        evaluations.file_id,
        evaluations.trace_number,
        row_number() over (
            partition by evaluations.evaluation_id
            order by
                detail_counts.detail_count desc nulls last,
                evaluations.file_id asc,
                evaluations.trace_number asc
        ) as place,
        -- Null and a value differ too, so null is compared as empty text.
        concat_ws(
            '|',
            {%- for column in [
                'benchmark',
                'agent',
                'model_alias',
                'reasoning_effort',
                'accuracy',
                'total_cost_usd',
            ] %}
            coalesce(cast(evaluations.{{ column }} as string), '')
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as headline
    from evaluations
    left join detail_counts
        on
            evaluations.file_id = detail_counts.file_id
            and evaluations.trace_number = detail_counts.trace_number
),

compared as (
    select
        evaluation_id,
        count(*) as trace_count,
        min(headline) <> max(headline) as has_other_headlines,
        min(case when place = 1 then file_id end) as fullest_file_id,
        min(case when place = 1 then trace_number end) as fullest_trace_number
    from ranked
    group by evaluation_id
    having count(*) > 1
),

judged as (
    select
        compared.evaluation_id,
        compared.trace_count,
        compared.fullest_file_id,
        compared.fullest_trace_number,
        compared.has_other_headlines
        or contradicted_runs.evaluation_id is not null as is_conflicting
    from compared
    left join contradicted_runs
        on compared.evaluation_id = contradicted_runs.evaluation_id
),

final as (
    select
        evaluation_id,
        trace_count,
        is_conflicting,
        -- Conflicting ones: none, since nothing says which is right;
        -- data_findings names them.
        case when not is_conflicting then fullest_file_id end as kept_file_id,
        case when not is_conflicting then fullest_trace_number end
            as kept_trace_number
    from judged
)

select * from final
