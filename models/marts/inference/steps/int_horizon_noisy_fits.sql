-- Grain: one row per drawn fit number and regularisation for which another seed
-- would move an end of an interval too much: how many replicates prevent that.
{%- set replicates = var('bootstrap_replicates') | int %}
{%- set limits = var('horizon_end_log2_minutes') %}
{#- Three standard errors of the share of draws below a 2.5 % quantile. -#}
{%- set off = 3 * (0.025 * 0.975 / [replicates, 1] | max) ** 0.5 %}
with

replicates as (
    select * from {{ ref('int_horizon_replicates') }}
),

horizons as (
    {% for horizon in ['p50', 'p80'] -%}
    select
        fit_number,
        regularisation,
        '{{ horizon }}' as horizon,
        least(
            greatest(log2_{{ horizon }}, {{ limits[0] }}e0), {{ limits[1] }}e0
        ) as log2_minutes
    from replicates
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

quantiles as (
    select
        {% for name, quantile in [
            ('low', 0.025),
            ('below_low', [0.025 - off, 0] | max),
            ('above_low', 0.025 + off),
            ('high', 0.975),
            ('below_high', 0.975 - off),
            ('above_high', [0.975 + off, 1] | min),
        ] -%}
        {{ quantile_cont('log2_minutes', quantile | round(6)) }} as {{ name }},
        {% endfor -%}
        fit_number,
        regularisation,
        horizon
    from horizons
    group by fit_number, regularisation, horizon
),

noises as (
    select
        fit_number,
        regularisation,
        max(
            greatest(above_low - below_low, above_high - below_high)
            / 6e0
            / nullif(high - low, 0e0)
        ) as noise
    from quantiles
    group by fit_number, regularisation
),

-- Half the noise takes four times the replicates.
final as (
    select
        fit_number,
        regularisation,
        least(
            {{ replicates }} * cast(
                ceil(power(noise / {{ var('horizon_end_noise') }}, 2)) as bigint
            ),
            {{ var('horizon_most_replicates') }}
        ) as replicate_count
    from noises
    where noise > {{ var('horizon_end_noise') }}
)

select * from final
