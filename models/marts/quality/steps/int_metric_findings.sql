-- Grain: one row per evaluation with a reported number that its attempts do not
-- give.
with

inspect_metrics as (
    select * from {{ ref('int_inspect_metrics_recomputed') }}
),

harbor_metrics as (
    select * from {{ ref('int_harbor_metrics') }}
),

terminal_bench_metrics as (
    select * from {{ ref('int_terminal_bench_metrics') }}
),

-- A metric that Inspect reports without a value is not a number. For the other
-- sources it was not reported.
differing as (
    {%- for relation in [
        'inspect_metrics', 'harbor_metrics', 'terminal_bench_metrics'
    ] %}
    select
        source,
        evaluation_id,
        scorer,
        metric,
        reducer
    from {{ relation }}
    where
        abs(reported - recomputed) > 1e-9
        {%- if relation == 'inspect_metrics' %}
        or reported is null and recomputed is not null
        {%- endif %}
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
    from differing
    group by source, evaluation_id
)

select * from final
