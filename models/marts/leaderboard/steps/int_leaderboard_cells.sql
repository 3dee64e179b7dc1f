-- Grain: one row per repeats, source, benchmark, scaffold and model: its best
-- evaluation, or the mean of all.
with

repeated_evaluations as (
    select * from {{ ref('int_repeated_evaluations') }}
),

-- A mean with a missing part is unknown. Values lose their last digits, so that
-- equal ones compare as equal: as doubles 0.3 / 3 is not 0.1, and 7/12 not the
-- mean of 1/3, 2/3 and 3/4.
final as (
    select
        repeats,
        source,
        benchmark,
        scaffold,
        model,
        count(*) as evaluation_count,
        case when count(*) = 1 then min(evaluation_id) end as evaluation_id,
        {%- for measure, digits in [
            ('accuracy', 13),
            ('total_cost_usd', 12),
            ('mean_latency_seconds', 10),
        ] %}
        case
            when count(*) = 1 then round(min({{ measure }}), {{ digits }})
            when count({{ measure }}) = count(*)
                then round({{ exact_mean(measure) }}, {{ digits }})
        end as {{ measure }},
        {%- endfor %}
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from repeated_evaluations
    group by repeats, source, benchmark, scaffold, model
)

select * from final
