-- Grain: one row per metric that a source reports for an evaluation: the
-- reported value, and the value computed from its scores.
{%- set columns = {
    'source': 'string',
    'evaluation_id': 'string',
    'scorer': 'string',
    'metric': 'string',
    'reducer': 'string',
    'reported': 'double',
    'recomputed': 'double',
} %}
{%- set largest = '1.7976931348623157e308' %}
with

inspect_metrics as (
    select * from {{ ref('int_inspect_metrics_recomputed') }}
),

terminal_bench_metrics as (
    select * from {{ ref('int_terminal_bench_metrics') }}
),

harbor_metrics as (
    select * from {{ ref('int_harbor_metrics') }}
),

every_source as (
    {{ union_columns(columns, {
        'inspect_metrics': [
            'source', 'evaluation_id', 'scorer', 'metric', 'reducer',
            'reported', 'recomputed',
        ],
        'terminal_bench_metrics': [
            'source', 'evaluation_id', 'scorer', 'metric', 'reducer',
            'reported', 'recomputed',
        ],
        'harbor_metrics': [
            'source', 'evaluation_id', 'scorer', 'metric', 'reducer',
            'reported', 'recomputed',
        ],
    }) }}
),

-- A sum that exceeds the range of doubles is unknown.
finite_metrics as (
    select
        *,
        case when abs(recomputed) <= {{ largest }} then recomputed end
            as finite_value
    from every_source
),

final as (
    select
        source,
        evaluation_id,
        scorer,
        metric,
        reducer,
        reported,
        finite_value as recomputed,
        case
            when abs(reported - finite_value) <= {{ largest }}
                then reported - finite_value
        end as difference,
        abs(reported - finite_value) <= 1e-9 as is_equal
    from finite_metrics
)

select * from final
