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

final as (
    select
        fit_number,
        regularisation,
        {{ quantile_cont('log2_p50', '0.025') }} as log2_p50_low,
        {{ quantile_cont('log2_p50', '0.975') }} as log2_p50_high,
        {{ quantile_cont('log2_p80', '0.025') }} as log2_p80_low,
        {{ quantile_cont('log2_p80', '0.975') }} as log2_p80_high
    from replicates
    group by fit_number, regularisation
)

select * from final
