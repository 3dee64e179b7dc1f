{#- An error for an unknown var: a misspelt one would have no effect. -#}
{% macro refuse_unknown_vars() %}
    {%- set known = setting_names() + ['marts_as'] %}
    {%- for name in invocation_args_dict.get('vars') or {} if name not in known %}
        {%- do exceptions.raise_compiler_error(
            "There is no var `" ~ name ~ "`: dbt_project.yml lists them"
        ) %}
    {%- endfor %}
{% endmacro %}
