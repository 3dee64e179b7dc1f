{#- The logarithm of the gamma function of `x` > 0, by Stirling's series at x + 8,
    because not every engine has one. Accurate to a relative error of 1e-12. -#}
{% macro ln_gamma(x) -%}
(
    ({{ x }} + 7.5) * ln({{ x }} + 8e0) - ({{ x }} + 8e0)
    + 0.9189385332046727e0
    + 1e0 / (12e0 * ({{ x }} + 8e0))
    - 1e0 / (360e0 * power({{ x }} + 8e0, 3))
    + 1e0 / (1260e0 * power({{ x }} + 8e0, 5))
    - 1e0 / (1680e0 * power({{ x }} + 8e0, 7))
    + 1e0 / (1188e0 * power({{ x }} + 8e0, 9))
    - ln({{ x }} * ({{ x }} + 1e0) * ({{ x }} + 2e0) * ({{ x }} + 3e0))
    - ln(
        ({{ x }} + 4e0) * ({{ x }} + 5e0) * ({{ x }} + 6e0) * ({{ x }} + 7e0)
    )
)
{%- endmacro %}
