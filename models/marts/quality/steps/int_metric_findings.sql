-- Grain: one row per evaluation with a reported number that its attempts do not
-- give.
with

harbor_metrics as (
    select * from {{ ref('int_harbor_metrics') }}
),

terminal_bench_metrics as (
    select * from {{ ref('int_terminal_bench_metrics') }}
),

metrics as (
    {%- for relation in ['harbor_metrics', 'terminal_bench_metrics'] %}
    select
        source,
        evaluation_id,
        scorer,
        metric,
        reducer,
        reported,
        recomputed
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        'metric_differs_from_scores' as finding_code,
        source,
        evaluation_id as subject,
        count(*) || ' metric(s) differ from what the scores give, such as '
        || min(scorer || '/' || metric || '/' || reducer) as detail
    from metrics
    where abs(reported - recomputed) > 1e-9
    group by source, evaluation_id
)

select * from final
