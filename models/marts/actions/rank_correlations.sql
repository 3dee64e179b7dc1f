-- Grain: one row per source, population, ordered pair of x and y, and control.
-- Spearman's rho is Pearson's of average ranks. Attempts are counted by their
-- distinct values first: ranks need no more, and there are far fewer of them.
{%- set pairs = [
    ('action_count', 'human_minutes'),
    ('action_count', 'score'),
    ('human_minutes', 'score'),
] %}
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

-- `stratum` is where ranks are taken: everywhere, or inside each task.
paired_values as (
    {%- for x, y in pairs %}
    select
        source,
        population,
        '{{ x }}' as x,
        '{{ y }}' as y,
        'none' as controlling_for,
        '' as stratum,
        {{ x }} as x_value,
        {{ y }} as y_value,
        cell_count
    from cells
    where {{ x }} is not null and {{ y }} is not null
    union all
    -- The three coefficients of a partial one need the same attempts.
    select
        source,
        population,
        '{{ x }}' as x,
        '{{ y }}' as y,
        'human_minutes' as controlling_for,
        '' as stratum,
        {{ x }} as x_value,
        {{ y }} as y_value,
        cell_count
    from cells
    where human_minutes is not null
    union all
    {%- endfor %}
    select
        source,
        population,
        'action_count' as x,
        'score' as y,
        'task' as controlling_for,
        task as stratum,
        action_count as x_value,
        score as y_value,
        cell_count
    from cells
),

value_counts as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        x_value,
        y_value,
        sum(cell_count) as value_count
    from paired_values
    group by
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        x_value,
        y_value
),

{%- for axis in ['x', 'y'] %}

-- Ranks are centred, so that their sums of squares stay small.
{{ axis }}_ranks as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        {{ axis }}_value,
        sum(sum(value_count))
            over (
                partition by source, population, x, y, controlling_for, stratum
                order by {{ axis }}_value
            )
        - (sum(value_count) - 1) / 2e0
        - (
            sum(sum(value_count))
                over (
                    partition by
                        source, population, x, y, controlling_for, stratum
                )
            + 1
        ) / 2e0 as {{ axis }}_rank
    from value_counts
    group by
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        {{ axis }}_value
),
{%- endfor %}

stratum_sums as (
    select
        value_counts.source,
        value_counts.population,
        value_counts.x,
        value_counts.y,
        value_counts.controlling_for,
        value_counts.stratum,
        sum(value_counts.value_count) as attempt_count,
        {{ exact_sum(
            'value_counts.value_count * x_ranks.x_rank * y_ranks.y_rank', 2
        ) }} as xy_sum,
        {{ exact_sum(
            'value_counts.value_count * x_ranks.x_rank * x_ranks.x_rank', 2
        ) }} as xx_sum,
        {{ exact_sum(
            'value_counts.value_count * y_ranks.y_rank * y_ranks.y_rank', 2
        ) }} as yy_sum
    from value_counts
    inner join x_ranks
        on
            value_counts.source = x_ranks.source
            and value_counts.population = x_ranks.population
            and value_counts.x = x_ranks.x
            and value_counts.y = x_ranks.y
            and value_counts.controlling_for = x_ranks.controlling_for
            and value_counts.stratum = x_ranks.stratum
            and value_counts.x_value = x_ranks.x_value
    inner join y_ranks
        on
            value_counts.source = y_ranks.source
            and value_counts.population = y_ranks.population
            and value_counts.x = y_ranks.x
            and value_counts.y = y_ranks.y
            and value_counts.controlling_for = y_ranks.controlling_for
            and value_counts.stratum = y_ranks.stratum
            and value_counts.y_value = y_ranks.y_value
    group by
        value_counts.source,
        value_counts.population,
        value_counts.x,
        value_counts.y,
        value_counts.controlling_for,
        value_counts.stratum
),

-- If x and y are unrelated inside each stratum, xy_sum has mean zero and the
-- variance xx_sum * yy_sum / (attempt_count - 1), added over the strata.
pooled as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        cast(sum(attempt_count) as bigint) as attempt_count,
        sum(xy_sum)
        / nullif(sqrt(sum(xx_sum) * sum(yy_sum)), 0) as spearman_rho,
        sum(xy_sum)
        / nullif(
            sqrt({{ in_order(
                'sum', 'xx_sum * yy_sum / nullif(attempt_count - 1, 0)'
            ) }}),
            0
        ) as z_score
    from stratum_sums
    group by source, population, x, y, controlling_for
),

partial_inputs as (
    select
        source,
        population,
        max(attempt_count) as attempt_count,
        max(spearman_rho) filter (
            where x = 'action_count' and y = 'score'
        ) as xy_rho,
        max(spearman_rho) filter (
            where x = 'action_count' and y = 'human_minutes'
        ) as xz_rho,
        max(spearman_rho) filter (
            where x = 'human_minutes' and y = 'score'
        ) as zy_rho
    from pooled
    where controlling_for = 'human_minutes'
    group by source, population
),

partial_rhos as (
    select
        source,
        population,
        attempt_count,
        (xy_rho - xz_rho * zy_rho)
        / nullif(
            sqrt((1 - xz_rho * xz_rho) * (1 - zy_rho * zy_rho)), 0
        ) as spearman_rho
    from partial_inputs
),

-- Of three attempts it is one or minus one, give or take a last digit.
bounded_rhos as (
    select
        source,
        population,
        'action_count' as x,
        'score' as y,
        'human_minutes' as controlling_for,
        attempt_count,
        case
            when spearman_rho > 1 then 1e0
            when spearman_rho < -1 then -1e0
            else spearman_rho
        end as spearman_rho
    from partial_rhos
),

correlations as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        attempt_count,
        spearman_rho,
        z_score
    from pooled
    where controlling_for <> 'human_minutes'
    union all
    select
        source,
        population,
        x,
        y,
        controlling_for,
        attempt_count,
        spearman_rho,
        -- One degree of freedom goes to the control.
        spearman_rho * sqrt(greatest(attempt_count - 2, 0)) as z_score
    from bounded_rhos
),

-- A correlation has no direction: both orders stand, so either can be asked.
final as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        attempt_count,
        spearman_rho,
        z_score
    from correlations
    union all
    select
        source,
        population,
        y as x,
        x as y,
        controlling_for,
        attempt_count,
        spearman_rho,
        z_score
    from correlations
)

select * from final
