-- Grain: one row per source, population, pair of x and y, control, stratum and
-- cluster: sums of squares and products of the ranks within a stratum (all
-- attempts, or one task). A cluster is the tasks of a family, or a task without
-- siblings. Spearman's rho is Pearson's correlation of average ranks. Names are
-- joined last: with many tasks there are nearly as many cells as attempts.
{%- set attempts = ref('attempts') %}
{%- set has_both = 'action_count is not null and score is not null' %}
{%- set is_in_set =
    '(attempt_sets.needs_minutes = 0 or cells.human_minutes is not null)' %}
{%- set axes = ['action_count', 'human_minutes', 'score'] %}
{%- set pairs = [
    ('action_count', 'action_count'), ('action_count', 'human_minutes'),
    ('action_count', 'score'), ('human_minutes', 'human_minutes'),
    ('human_minutes', 'score'), ('score', 'score'),
] %}
with

tasks as (
    select
        source,
        benchmark,
        task_id,
        {{ escaped('benchmark', '/') }} as benchmark_key,
        min(task_family) as task_family,
        row_number() over (order by source, benchmark, task_id) as task_number
    from {{ attempts }}
    where {{ has_both }}
    group by source, benchmark, task_id
),

{{ attempt_set_ctes(attempts, ref('summary_populations'), has_both) }},

cells as (
    select
        tasks.task_number,
        populations.population_number,
        cast(attempts.action_count as double) as action_count,
        attempts.human_minutes,
        attempts.score,
        count(*) as cell_count
    from {{ attempts }} as attempts
    inner join tasks using (source, benchmark, task_id)
    inner join populations using (source, population)
    where {{ has_both }}
    group by
        tasks.task_number, populations.population_number,
        attempts.action_count, attempts.human_minutes, attempts.score
),
{%- for axis in axes %}

-- Ranks are centred, so that their sums of squares stay small.
{{ axis }}_ranks as (
    select
        attempt_sets.set_number,
        cells.{{ axis }},
        sum(sum(cells.cell_count))
            over (
                partition by attempt_sets.set_number order by cells.{{ axis }}
            )
        - sum(cells.cell_count) / 2e0
        - sum(sum(cells.cell_count))
            over (partition by attempt_sets.set_number)
        / 2e0 as rank_value
    from cells
    inner join attempt_sets using (population_number)
    where cells.{{ axis }} is not null and {{ is_in_set }}
    group by attempt_sets.set_number, cells.{{ axis }}
),
{%- endfor %}

-- Ranks within a task: half the difference between the attempts up to a value
-- and those from it on. A join would need as many ranks as there are cells.
task_ranks as (
    select
        attempt_sets.set_number,
        cells.task_number,
        {% for axis in ['action_count', 'score'] -%}
        (
            sum(cast(cells.cell_count as double))
                over (
                    partition by attempt_sets.set_number, cells.task_number
                    order by cells.{{ axis }}
                )
            - sum(cast(cells.cell_count as double)) over (
                partition by attempt_sets.set_number, cells.task_number
                order by cells.{{ axis }}
                range between current row and unbounded following
            )
        ) / 2e0 as {{ axis }}_rank,
        {% endfor -%}
        cells.cell_count
    from cells
    inner join attempt_sets using (population_number)
    where attempt_sets.is_ranked_in_tasks = 1
),

{{ kept_first('task_sums') }}
    select
        {% for x, y in pairs -%}
        {{ exact_sum(
            'cells.cell_count * ' ~ x ~ '_ranks.rank_value'
            ~ ' * ' ~ y ~ '_ranks.rank_value', 2
        ) }} as {{ x }}_{{ y }}_sum,
        {% endfor -%}
        set_number,
        0 as is_stratum,
        cells.task_number,
        sum(cells.cell_count) as attempt_count
    from cells
    inner join attempt_sets using (population_number)
    inner join action_count_ranks using (set_number, action_count)
    inner join score_ranks using (set_number, score)
    left join human_minutes_ranks using (set_number, human_minutes)
    where {{ is_in_set }}
    group by set_number, cells.task_number
    union all
    select
        {% for x, y in pairs -%}
        {{ 'cast(null as double)' if 'human_minutes' in (x, y)
            else exact_sum('cell_count * ' ~ x ~ '_rank * ' ~ y ~ '_rank', 2)
        }} as {{ x }}_{{ y }}_sum,
        {% endfor -%}
        set_number,
        1 as is_stratum,
        task_number,
        sum(cell_count) as attempt_count
    from task_ranks
    group by set_number, task_number
{{ steps_end() }},

named_sums as (
    select
        task_sums.*,
        case
            when task_sums.is_stratum = 0 then ''
            else tasks.benchmark_key || '/' || tasks.task_id
        end as stratum,
        tasks.benchmark_key || coalesce(
            '/family/' || tasks.task_family, '/task/' || tasks.task_id
        ) as cluster_key
    from task_sums
    inner join tasks
        on task_sums.task_number = tasks.task_number
),

cluster_sums as (
    select
        {% for x, y in pairs -%}
        {{ exact_sum(x ~ '_' ~ y ~ '_sum', 2) }} as {{ x }}_{{ y }}_sum,
        {% endfor -%}
        set_number,
        is_stratum,
        stratum,
        cluster_key,
        cast(sum(attempt_count) as bigint) as attempt_count
    from named_sums
    group by set_number, is_stratum, stratum, cluster_key
),

final as (
    {% for control, ranking, x, y in [
        ('none', 'none', 'action_count', 'score'),
        ('none', 'human_minutes', 'action_count', 'human_minutes'),
        ('none', 'human_minutes', 'human_minutes', 'score'),
        ('human_minutes', 'human_minutes', 'action_count', 'score'),
        ('human_minutes', 'human_minutes', 'action_count', 'human_minutes'),
        ('human_minutes', 'human_minutes', 'human_minutes', 'score'),
        ('task', 'task', 'action_count', 'score'),
    ] -%}
    select
        rankings.source,
        rankings.population,
        '{{ x }}' as x,
        '{{ y }}' as y,
        '{{ control }}' as controlling_for,
        cluster_sums.stratum,
        cluster_sums.cluster_key,
        cluster_sums.attempt_count,
        cluster_sums.{{ x }}_{{ y }}_sum as xy_sum,
        cluster_sums.{{ x }}_{{ x }}_sum as xx_sum,
        cluster_sums.{{ y }}_{{ y }}_sum as yy_sum
    from cluster_sums
    inner join rankings using (set_number)
    where
        rankings.controlling_for = '{{ ranking }}'
        and cluster_sums.is_stratum = {{ 1 if ranking == 'task' else 0 }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
