-- Grain: one row per source, population, control, pair of values and cluster:
-- its share in a rank correlation and in both variances. A cluster is the tasks
-- of a family, or a task without siblings. Pair `xy` is of action count and
-- score, `xz` of action count and human minutes, `zy` of those and the score.
with

attempts as (
    select * from {{ ref('attempts') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

cells as (
    select
        attempts.source,
        summary_populations.population,
        {{ escaped('attempts.benchmark', '/') }}
        || '/' || attempts.task_id as task,
        {{ escaped('attempts.benchmark', '/') }} || coalesce(
            '/family/' || min(attempts.task_family),
            '/task/' || attempts.task_id
        ) as cluster_key,
        cast(attempts.action_count as double) as action_count,
        attempts.human_minutes,
        attempts.score,
        count(*) as cell_count
    from attempts
    inner join summary_populations
        on attempts.population = summary_populations.attempt_population
    where
        attempts.action_count is not null
        and attempts.score is not null
    group by
        attempts.source,
        summary_populations.population,
        attempts.benchmark,
        attempts.task_id,
        attempts.action_count,
        attempts.human_minutes,
        attempts.score
),

paired_values as (
    {% for control, pair, x, y, condition in [
        ('none', 'xy', 'action_count', 'score', 'true'),
        ('task', 'xy', 'action_count', 'score', 'true'),
        ('human_minutes', 'xy', 'action_count', 'score',
            'human_minutes is not null'),
        ('human_minutes', 'xz', 'action_count', 'human_minutes',
            'human_minutes is not null'),
        ('human_minutes', 'zy', 'human_minutes', 'score',
            'human_minutes is not null'),
    ] -%}
    select
        source,
        population,
        '{{ control }}' as controlling_for,
        '{{ pair }}' as pair,
        {{ 'task' if control == 'task' else "''" }} as stratum,
        cluster_key,
        {{ x }} as x_value,
        {{ y }} as y_value,
        cell_count
    from cells
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{% for axis in ['x', 'y'] -%}
{{ axis }}_counts as (
    select
        source,
        population,
        controlling_for,
        pair,
        stratum,
        {{ axis }}_value,
        sum(cell_count) as value_count
    from paired_values
    group by
        source, population, controlling_for, pair, stratum, {{ axis }}_value
),

{{ axis }}_ranks as (
    select
        source,
        population,
        controlling_for,
        pair,
        stratum,
        {{ axis }}_value,
        sum(value_count)
            over (
                partition by source, population, controlling_for, pair, stratum
                order by {{ axis }}_value
            )
        - value_count / 2e0
        - sum(value_count)
            over (
                partition by source, population, controlling_for, pair, stratum
            )
        / 2e0 as {{ axis }}_rank
    from {{ axis }}_counts
),

{% endfor -%}
sums as (
    select
        source,
        population,
        controlling_for,
        pair,
        paired_values.cluster_key,
        {{ exact_sum(
            'paired_values.cell_count * x_ranks.x_rank * y_ranks.y_rank', 2
        ) }} as xy_sum,
        {{ exact_sum(
            'paired_values.cell_count * x_ranks.x_rank * x_ranks.x_rank', 2
        ) }} as xx_sum,
        {{ exact_sum(
            'paired_values.cell_count * y_ranks.y_rank * y_ranks.y_rank', 2
        ) }} as yy_sum
    from paired_values
    inner join x_ranks
        using (source, population, controlling_for, pair, stratum, x_value)
    inner join y_ranks
        using (source, population, controlling_for, pair, stratum, y_value)
    group by
        source, population, controlling_for, pair, paired_values.cluster_key
),

totals as (
    select
        source,
        population,
        controlling_for,
        pair,
        sqrt({{ exact_sum('xx_sum', 2) }}) as x_norm,
        sqrt({{ exact_sum('yy_sum', 2) }}) as y_norm
    from sums
    group by source, population, controlling_for, pair
),

final as (
    select
        source,
        population,
        controlling_for,
        pair,
        sums.cluster_key,
        sums.xy_sum / nullif(totals.x_norm * totals.y_norm, 0) as xy_share,
        sums.xx_sum / nullif(totals.x_norm * totals.x_norm, 0) as xx_share,
        sums.yy_sum / nullif(totals.y_norm * totals.y_norm, 0) as yy_share
    from sums
    inner join totals using (source, population, controlling_for, pair)
)

select * from final
