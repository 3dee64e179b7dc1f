{#- A data test that fails prints the first rows that it found: dbt says only how many
    there are, and one test checks many rules. -#}
{% materialization test, default %}
    {%- set made = dbt.materialization_test_default() -%}
    {%- if load_result('main').table.rows[0][0] -%}
        {%- for row in run_query(get_limit_subquery_sql(sql, 10)).rows -%}
            {%- if model.test_metadata and model.test_metadata.name == 'rules' -%}
                {%- do print(
                    tested_node().name ~ ": " ~ row.rule ~ " (" ~ row.rule_columns
                    ~ ") is broken by " ~ row.row_count ~ " row"
                    ~ ("s, the first " if row.row_count > 1 else ", ") ~ row.example
                ) -%}
            {%- else -%}
                {%- set values = [] -%}
                {%- for name, value in row.items() -%}
                    {%- do values.append(name ~ " = " ~ value) -%}
                {%- endfor -%}
                {%- do print(model.name ~ ": " ~ values | join(", ")) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(made) }}
{% endmaterialization %}
