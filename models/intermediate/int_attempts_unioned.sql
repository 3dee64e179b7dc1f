-- Grain: one row per attempt record and file, all sources in one shape.
{%- set columns = {
    'attempt_id': 'string',
    'evaluation_id': 'string',
    'file_id': 'string',
    'source': 'string',
    'benchmark': 'string',
    'task_family': 'string',
    'task_id': 'string',
    'agent': 'string',
    'score': 'double',
    'status': 'string',
    'action_count': 'bigint',
    'human_minutes': 'double',
    'latency_seconds': 'double',
    'input_tokens': 'bigint',
    'output_tokens': 'bigint',
    'cache_read_tokens': 'bigint',
    'cache_write_tokens': 'bigint',
    'reasoning_tokens': 'bigint',
    'total_tokens': 'bigint',
    'cost_usd': 'double',
    'is_reported_success': 'boolean',
    'started_at': 'timestamp',
    'attributes': 'string',
} %}
with

metr_attempts as (
    select * from {{ ref('int_metr_attempts') }}
),

metr_horizon_attempts as (
    select * from {{ ref('int_metr_horizon_attempts') }}
),

hal_attempts as (
    select * from {{ ref('int_hal_attempts') }}
),

inspect_attempts as (
    select * from {{ ref('int_inspect_attempts') }}
),

terminal_bench_attempts as (
    select * from {{ ref('int_terminal_bench_attempts') }}
),

harbor_attempts as (
    select * from {{ ref('int_harbor_attempts') }}
),

table_attempts as (
    select * from {{ ref('stg_table__attempts') }}
),

final as (
    {{ union_columns(columns, {
        'metr_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_family', 'task_id', 'agent', 'score', 'status',
            'action_count', 'human_minutes',
        ],
        'metr_horizon_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_family', 'task_id', 'agent', 'score', 'status',
            'human_minutes', 'latency_seconds', 'total_tokens', 'cost_usd',
            'is_reported_success', 'started_at',
        ],
        'hal_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_id', 'agent', 'score', 'status', 'action_count',
            'latency_seconds', 'input_tokens', 'output_tokens',
            'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens',
            'is_reported_success', 'started_at',
        ],
        'inspect_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_id', 'agent', 'score', 'status', 'action_count',
            'human_minutes', 'latency_seconds', 'input_tokens',
            'output_tokens', 'cache_read_tokens', 'cache_write_tokens',
            'reasoning_tokens', 'total_tokens', 'cost_usd', 'started_at',
        ],
        'terminal_bench_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_id', 'agent', 'score', 'status', 'latency_seconds',
            'input_tokens', 'output_tokens', 'is_reported_success',
            'started_at',
        ],
        'harbor_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_id', 'agent', 'score', 'status', 'action_count',
            'latency_seconds', 'input_tokens', 'output_tokens', 'cost_usd',
            'started_at',
        ],
        'table_attempts': [
            'attempt_id', 'evaluation_id', 'file_id', 'source', 'benchmark',
            'task_family', 'task_id', 'agent', 'score', 'status',
            'action_count', 'human_minutes', 'latency_seconds', 'input_tokens',
            'output_tokens', 'cache_read_tokens', 'total_tokens', 'cost_usd',
            'is_reported_success', 'started_at', 'attributes',
        ],
    }) }}
)

select * from final
