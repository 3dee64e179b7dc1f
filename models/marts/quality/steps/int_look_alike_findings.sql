-- Grain: one row per name that looks like another one of its kind and source.
-- They count as two: a typo creates a task, an agent or a model.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

tasks as (
    select * from {{ ref('tasks') }}
),

names as (
    select distinct
        source,
        'task' as kind,
        {{ escaped('benchmark', '/') }} || '/' as scope,
        task_id as written
    from tasks
    {%- for kind in ['benchmark', 'agent', 'scaffold', 'model'] %}
    union
    select distinct
        source,
        '{{ kind }}' as kind,
        '' as scope,
        {{ kind }} as written
    from evaluations
    {%- endfor %}
),

alike as (
    select
        source,
        kind,
        scope,
        written,
        min(written) over (
            partition by source, kind, scope, {{ look_alike_key('written') }}
        ) as first_written
    from names
),

-- A name can be of several kinds.
final as (
    select
        'look_alike_names' as finding_code,
        source,
        scope || written as subject,
        'the ' || min(kind) || ' `' || min(written) || '` looks like the '
        || min(kind) || ' `' || min(first_written)
        || '`; the two count apart' as detail
    from alike
    where written <> first_written
    group by source, scope || written
)

select * from final
