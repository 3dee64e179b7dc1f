-- Grain: one row per source, population, pair of x and y, control, stratum and
-- cluster: sums of squares and products of the ranks, which are taken inside a
-- stratum: everywhere, or in each task. A cluster is the tasks of a family, or
-- a task without siblings.
-- Spearman's rho is Pearson's of average ranks. Names are joined last: where
-- tasks are many the cells are nearly as many as the attempts.
{%- set attempts = ref('attempts') %}
{%- set summary_populations = ref('summary_populations') %}
{%- set has_both = 'action_count is not null and score is not null' %}
{%- set axes = ['action_count', 'human_minutes', 'score'] %}
{#- The cells of each ranking; each cell is in up to six. Too many to be kept,
    as a CTE is that is read four times. -#}
{%- set ranked_cells -%}
(
    select
        rankings.ranking_number,
        task_number,
        case
            when rankings.controlling_for = 'task' then task_number else 0
        end as stratum_number,
        cells.action_count,
        cells.score,
        case
            when rankings.controlling_for = 'human_minutes'
                then cells.human_minutes
        end as human_minutes,
        cells.cell_count
    from cells
    inner join tasks using (task_number)
    inner join rankings
        on
            tasks.source = rankings.source
            and cells.attempt_population = rankings.attempt_population
    where
        rankings.controlling_for <> 'human_minutes'
        or cells.human_minutes is not null
)
{%- endset %}
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

cells as (
    select
        tasks.task_number,
        attempts.population as attempt_population,
        cast(attempts.action_count as double) as action_count,
        attempts.human_minutes,
        attempts.score,
        count(*) as cell_count
    from {{ attempts }} as attempts
    inner join tasks using (source, benchmark, task_id)
    where {{ has_both }}
    group by
        tasks.task_number, attempts.population, attempts.action_count,
        attempts.human_minutes, attempts.score
),

sources as (
    select distinct source
    from tasks
),

-- Whose ranks are taken together, or in each task of theirs. The three
-- coefficients of a partial one need the same attempts.
rankings as (
    select
        sources.source,
        summary_populations.population,
        summary_populations.attempt_population,
        controls.controlling_for,
        dense_rank() over (
            order by
                sources.source,
                summary_populations.population,
                controls.controlling_for
        ) as ranking_number
    from sources
    cross join {{ summary_populations }} as summary_populations
    cross join (
        values ('none'), ('human_minutes'), ('task')
    ) as controls (controlling_for)
),
{%- for axis in axes %}

-- Ranks are centred, so that their sums of squares stay small.
{{ axis }}_ranks as (
    select
        ranking_number,
        stratum_number,
        {{ axis }},
        sum(sum(cell_count))
            over (
                partition by ranking_number, stratum_number
                order by {{ axis }}
            )
        - sum(cell_count) / 2e0
        - sum(sum(cell_count))
            over (partition by ranking_number, stratum_number)
        / 2e0 as rank_value
    from {{ ranked_cells | indent(4) }} as ranked_cells
    where {{ axis }} is not null
    group by ranking_number, stratum_number, {{ axis }}
),
{%- endfor %}

{{ kept_first('task_sums') }}
    select
        {% for x, y in [
            ('action_count', 'action_count'),
            ('action_count', 'human_minutes'),
            ('action_count', 'score'),
            ('human_minutes', 'human_minutes'),
            ('human_minutes', 'score'),
            ('score', 'score'),
        ] -%}
        {{ exact_sum(
            'ranked_cells.cell_count * ' ~ x ~ '_ranks.rank_value'
            ~ ' * ' ~ y ~ '_ranks.rank_value', 2
        ) }} as {{ x }}_{{ y }}_sum,
        {% endfor -%}
        ranking_number,
        ranked_cells.task_number,
        sum(ranked_cells.cell_count) as attempt_count
    from {{ ranked_cells | indent(4) }} as ranked_cells
    inner join action_count_ranks
        using (ranking_number, stratum_number, action_count)
    inner join score_ranks using (ranking_number, stratum_number, score)
    left join human_minutes_ranks
        using (ranking_number, stratum_number, human_minutes)
    group by ranking_number, ranked_cells.task_number
{{ steps_end() }},

named_rankings as (
    select distinct
        ranking_number,
        source,
        population,
        controlling_for
    from rankings
),

named_sums as (
    select
        named_rankings.source,
        named_rankings.population,
        named_rankings.controlling_for,
        case
            when named_rankings.controlling_for <> 'task' then ''
            else tasks.benchmark_key || '/' || tasks.task_id
        end as stratum,
        tasks.benchmark_key || coalesce(
            '/family/' || tasks.task_family, '/task/' || tasks.task_id
        ) as cluster_key,
        task_sums.*
    from task_sums
    inner join tasks
        on task_sums.task_number = tasks.task_number
    inner join named_rankings
        on task_sums.ranking_number = named_rankings.ranking_number
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
        source,
        population,
        '{{ x }}' as x,
        '{{ y }}' as y,
        '{{ control }}' as controlling_for,
        stratum,
        cluster_key,
        cast(sum(attempt_count) as bigint) as attempt_count,
        {{ exact_sum(x ~ '_' ~ y ~ '_sum', 2) }} as xy_sum,
        {{ exact_sum(x ~ '_' ~ x ~ '_sum', 2) }} as xx_sum,
        {{ exact_sum(y ~ '_' ~ y ~ '_sum', 2) }} as yy_sum
    from named_sums
    where controlling_for = '{{ ranking }}'
    group by source, population, stratum, cluster_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
