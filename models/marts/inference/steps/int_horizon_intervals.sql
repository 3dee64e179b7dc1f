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

-- An end so far out hangs on a few draws, where success hardly falls with time.
final as (
    select
        {% for horizon, end, sign in [
            ('p50', 'low', '-'),
            ('p50', 'high', ''),
            ('p80', 'low', '-'),
            ('p80', 'high', ''),
        ] -%}
        case
            when
                log2_{{ horizon }}_{{ end }}
                between {{ var('horizon_end_log2_minutes')[0] }}
                and {{ var('horizon_end_log2_minutes')[1] }}
                then log2_{{ horizon }}_{{ end }}
            else cast('{{ sign }}infinity' as double)
        end as log2_{{ horizon }}_{{ end }},
        {% endfor -%}
        fit_number,
        regularisation
    from quantiles
)

select * from final
