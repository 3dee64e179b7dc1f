-- Grain: one row per repeats, source, benchmark, scaffold and model: its best
-- evaluation, or the mean of all.
with

repeated_evaluations as (
    select * from {{ ref('int_repeated_evaluations') }}
),

-- A mean with a missing part is unknown.
final as (
    select
        repeats,
        source,
        benchmark,
        scaffold,
        model,
        count(*) as evaluation_count,
        case when count(*) = 1 then min(evaluation_id) end as evaluation_id,
        {%- for measure, unit in [
            ('accuracy', 'share'),
            ('total_cost_usd', 'usd'),
            ('mean_latency_seconds', 'seconds'),
        ] %}
        case
            when count(*) = 1
                then {{ comparable('min(' ~ measure ~ ')', unit) }}
            when count({{ measure }}) = count(*)
                then {{ comparable(exact_mean(measure), unit) }}
        end as {{ measure }},
        {%- endfor %}
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from repeated_evaluations
    group by repeats, source, benchmark, scaffold, model
)

select * from final
