-- Grain: one row per regularisation and drawn fit number: the intervals of its
-- horizons.
with

first_replicates as (
    select * from {{ ref('int_horizon_replicates') }}
),

more_replicates as (
    select * from {{ ref('int_horizon_more_replicates') }}
),

replicates as (
    select * from first_replicates
    union all
    select * from more_replicates
),

quantiles as (
    select
        fit_number,
        regularisation,
        {{ quantile_cont('log2_p50', '0.025') }} as log2_p50_low,
        {{ quantile_cont('log2_p50', '0.975') }} as log2_p50_high,
        {{ quantile_cont('log2_p80', '0.025') }} as log2_p80_low,
        {{ quantile_cont('log2_p80', '0.975') }} as log2_p80_high
    from replicates
    group by fit_number, regularisation
),

-- Engines interpolate differently between an infinite horizon and a finite one.
final as (
    select
        {%- set limit = var('horizon_log2_limit') %}
        {% for end in ['p50_low', 'p50_high', 'p80_low', 'p80_high'] -%}
        case
            when log2_{{ end }} between -{{ limit }} and {{ limit }}
                then log2_{{ end }}
        end as log2_{{ end }},
        {% endfor -%}
        fit_number,
        regularisation
    from quantiles
)

select * from final
