{#- The probability that a standard normal value exceeds `z`, with a relative error of
    at most 1.2e-7 however small it is (Chebyshev fit of erfc; Numerical Recipes,
    6.2). -#}
{% macro normal_tail(z) -%}
{%- set t -%}
(1e0 / (1e0 + 0.35355339059327373e0 * abs({{ z }})))
{%- endset -%}
{%- set coefficients = [
    '0.17087277e0', '-0.82215223e0', '1.48851587e0', '-1.13520398e0',
    '0.27886807e0', '-0.18628806e0', '0.09678418e0', '0.37409196e0',
    '1.00002368e0', '-1.26551223e0',
] -%}
{%- set series = namespace(text=coefficients[0]) -%}
{%- for coefficient in coefficients[1:] -%}
    {%- set series.text = '(' ~ coefficient ~ ' + ' ~ t ~ ' * ' ~ series.text ~ ')' -%}
{%- endfor -%}
case
    when {{ z }} >= 0
        then
            0.5e0 * {{ t }}
            * exp(-0.5e0 * {{ z }} * {{ z }} + {{ series.text }})
    else
        1e0 - 0.5e0 * {{ t }}
        * exp(-0.5e0 * {{ z }} * {{ z }} + {{ series.text }})
end
{%- endmacro %}
