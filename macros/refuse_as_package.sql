{#- As a package its views would be made again in another project's schema, without
    loaders. -#}
{% macro refuse_as_package() %}
    {%- if project_name != 'evalhouse' %}
        {%- do exceptions.raise_compiler_error(
            "evalhouse is no dbt package: build it on its own, attach its warehouse, and"
            ~ " take its views as sources (python -m loaders sources);"
            ~ " docs/operations.md shows how"
        ) %}
    {%- endif %}
{% endmacro %}
