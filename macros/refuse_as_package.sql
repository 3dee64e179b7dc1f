{#- An error if the project is installed as a package: its views would be created in
    another project's schema, without its loaders. -#}
{% macro refuse_as_package() %}
    {%- if project_name != 'evalhouse' %}
        {%- do exceptions.raise_compiler_error(
            "evalhouse is not a dbt package: build it on its own, attach its warehouse, and"
            ~ " take its views as sources (python -m loaders sources);"
            ~ " docs/operations.md shows how"
        ) %}
    {%- endif %}
{% endmacro %}
