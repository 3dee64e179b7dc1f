{#- Whether the warehouse has exactly the files that a published figure is about, and no
    others of their format. A figure says nothing about other data, so its test passes
    there. -#}
{% macro published_data_is_loaded(data_set) -%}
    (
        select count(*) = 1
        from {{ ref('published_data_sets') }} as published_data_sets
        inner join (
            select
                format,
                {{ fingerprint('sha256') }} as fingerprint
            from {{ ref('load_report') }}
            where loaded_count > 0
            group by format
        ) as loaded
            on
                published_data_sets.format = loaded.format
                and published_data_sets.fingerprint = loaded.fingerprint
        where published_data_sets.data_set = '{{ data_set }}'
    )
{%- endmacro %}
