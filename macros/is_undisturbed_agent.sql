{#- Whether an attempt is in the summary population `all`, as the seed summary_populations
    says too. Attempts by people are reference data, and a perturbed run does not measure
    the task. -#}
{% macro is_undisturbed_agent() -%}
    population not in ('human', 'perturbed')
{%- endmacro %}
