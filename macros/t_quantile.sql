{#- Student's quantile at 0.975, for a two-sided 95 % interval: `tabulated` (t_975 of
    the seed t_quantiles, left-joined on the degrees of freedom) or, beyond the end of
    the table, its expansion. -#}
{% macro t_quantile_975(degrees_of_freedom, tabulated) -%}
{{ t_quantile(normal_quantile_975() | float, degrees_of_freedom, tabulated) }}
{%- endmacro %}

{#- The same at 0.8, for a power of 80 %: `tabulated` is t_800 of the seed. -#}
{% macro t_quantile_800(degrees_of_freedom, tabulated) -%}
{{ t_quantile(0.8416212335729143, degrees_of_freedom, tabulated) }}
{%- endmacro %}

{#- `tabulated`, else the expansion around the normal quantile `z` (Abramowitz
    and Stegun 26.7.5). -#}
{% macro t_quantile(z, degrees_of_freedom, tabulated) -%}
{%- set per_power = [
    (z**3 + z) / 4,
    (5 * z**5 + 16 * z**3 + 3 * z) / 96,
    (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
] -%}
    coalesce(
        {{ tabulated }},
        {{ z }}e0
        {%- for coefficient in per_power %}
        + {{ coefficient }}e0 / power({{ degrees_of_freedom }}, {{ loop.index }})
        {%- endfor %}
    )
{%- endmacro %}
