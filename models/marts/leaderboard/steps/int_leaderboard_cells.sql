-- Grain: one row per repeats, source, benchmark, scaffold and model: its best
-- evaluation, or the mean of all.
with

repeated_evaluations as (
    select * from {{ ref('int_repeated_evaluations') }}
),

-- A mean with a missing part is unknown. A single value is its own mean, to the
-- last digit.
final as (
    select
        repeats,
        source,
        benchmark,
        scaffold,
        model,
        count(*) as evaluation_count,
        case when count(*) = 1 then min(evaluation_id) end as evaluation_id,
        {%- for measure in [
            'accuracy', 'total_cost_usd', 'mean_latency_seconds'
        ] %}
        case
            when count(*) = 1 then min({{ measure }})
            when count({{ measure }}) = count(*)
                then {{ exact_mean(measure) }}
        end as {{ measure }},
        {%- endfor %}
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from repeated_evaluations
    group by repeats, source, benchmark, scaffold, model
)

select * from final
