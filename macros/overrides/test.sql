{#- A data test that fails prints the first rows that it found: dbt prints only their
    number, and one test checks many rules. A test that the last refresh passed on the
    same rows is not run again. -#}
{% materialization test, default %}
    {%- set made = made_from(sql) if not should_store_failures() else none -%}
    {%- set then = graph.refresh.then.get(model.unique_id) if made else none -%}
    {%- if then and then == [made_hash(made), 'passed'] -%}
        {%- do store_raw_result(
            'main', 'UNCHANGED', code=none, rows_affected=none,
            agate_table=graph.refresh.passed
        ) -%}
        {%- do remember(made, 'passed') -%}
        {{ return({'relations': []}) }}
    {%- endif -%}
    {%- set tested = dbt.materialization_test_default() -%}
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
    {%- else -%}
        {%- do remember(made, 'passed') -%}
    {%- endif -%}
    {{ return(tested) }}
{% endmaterialization %}
