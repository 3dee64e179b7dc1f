-- Grain: one row per evaluation, as reported by its source or aggregated from
-- its attempts.
{%- set columns = {
    'evaluation_id': 'string',
    'benchmark': 'string',
    'is_generalist': 'boolean',
    'reasoning_effort': 'string',
    'evaluated_on': 'date',
    'accuracy': 'double',
    'accuracy_metric': 'string',
    'reported_accuracy': 'double',
    'status': 'string',
    'timed_task_count': 'bigint',
    'total_cost_usd': 'double',
    'mean_latency_seconds': 'double',
    'input_tokens': 'bigint',
    'output_tokens': 'bigint',
    'cache_read_tokens': 'bigint',
    'cache_write_tokens': 'bigint',
    'known_token_count': 'bigint',
    'has_several_models': 'boolean',
    'run_exclusion_reason': 'string',
    'file_id': 'string',
} %}
with

from_attempts as (
    select * from {{ ref('int_evaluations_from_attempts') }}
),

from_traces as (
    select * from {{ ref('int_evaluations_from_traces') }}
),

from_inspect as (
    select * from {{ ref('int_evaluations_from_inspect') }}
),

from_harbor as (
    select * from {{ ref('int_evaluations_from_harbor') }}
),

terminal_bench_metrics as (
    select * from {{ ref('int_terminal_bench_metrics') }}
),

harbor_metrics as (
    select * from {{ ref('int_harbor_metrics') }}
),

-- Numbers that harnesses report in addition to their attempts.
harness_reports as (
    select
        evaluation_id,
        reported as accuracy
    from terminal_bench_metrics
    where metric = 'accuracy' and reducer = 'mean'
    union all
    select
        evaluation_id,
        reported as accuracy
    from harbor_metrics
    where metric = 'mean' and reducer = 'mean' and is_of_one_evaluation
),

every_source as (
    {{ union_columns(columns, {
        'from_attempts': [
            'evaluation_id', 'benchmark', 'reasoning_effort', 'evaluated_on',
            'accuracy', 'accuracy_metric', 'total_cost_usd',
            'mean_latency_seconds', 'input_tokens', 'output_tokens',
            'cache_read_tokens', 'cache_write_tokens', 'known_token_count',
            'file_id',
        ],
        'from_traces': [
            'evaluation_id', 'benchmark', 'is_generalist', 'reasoning_effort',
            'evaluated_on', 'accuracy', 'accuracy_metric', 'reported_accuracy',
            'timed_task_count', 'total_cost_usd', 'mean_latency_seconds',
            'input_tokens', 'output_tokens', 'cache_read_tokens',
            'cache_write_tokens', 'known_token_count', 'file_id',
        ],
        'from_inspect': [
            'evaluation_id', 'benchmark', 'reasoning_effort', 'evaluated_on',
            'accuracy', 'accuracy_metric', 'reported_accuracy', 'status',
            'total_cost_usd',
            'mean_latency_seconds', 'input_tokens', 'output_tokens',
            'cache_read_tokens', 'cache_write_tokens', 'known_token_count',
            'has_several_models', 'run_exclusion_reason', 'file_id',
        ],
        'from_harbor': [
            'evaluation_id', 'benchmark', 'reasoning_effort', 'evaluated_on',
            'accuracy', 'accuracy_metric', 'total_cost_usd',
            'mean_latency_seconds', 'input_tokens', 'output_tokens',
            'cache_read_tokens', 'known_token_count', 'has_several_models',
        ],
    }) }}
),

final as (
    select
        {%- for column in columns if column != 'reported_accuracy' %}
        every_source.{{ column }},
        {%- endfor %}
        coalesce(every_source.reported_accuracy, harness_reports.accuracy)
            as reported_accuracy
    from every_source
    left join harness_reports
        on every_source.evaluation_id = harness_reports.evaluation_id
)

select * from final
