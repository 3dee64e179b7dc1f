-- Grain: one row per success rule, source, benchmark, unordered pair of agents
-- and possible difference.
with

paired_comparisons as (
    select * from {{ ref('paired_comparisons') }}
    where minimum_detectable_difference is not null
),

differences as (
    {% for difference in ['0.01', '0.02', '0.05', '0.1'] -%}
    select {{ difference }}e0 as difference
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The variance of the mean falls with the number of tasks. The normal quantiles
-- are for a test at 5 % with a power of 80 %. Student's t needs a few more
-- clusters: half the square of the first quantile (Guenther).
final as (
    select
        paired_comparisons.success_rule,
        paired_comparisons.source,
        paired_comparisons.benchmark,
        paired_comparisons.agent_a,
        paired_comparisons.agent_b,
        differences.difference,
        paired_comparisons.population,
        cast(
            ceil(
                round(
                    paired_comparisons.shared_task_count * 1e0
                    * (
                        power(
                            ({{ normal_quantile_975() }} + 0.8416212335729143e0)
                            * paired_comparisons.se
                            / differences.difference,
                            2
                        )
                        + power({{ normal_quantile_975() }}, 2)
                        / (2e0 * paired_comparisons.cluster_count)
                    ),
                    6
                )
            ) as bigint
        ) as tasks_needed,
        paired_comparisons.shared_task_count as tasks_now
    from paired_comparisons
    cross join differences
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'agent_a', 'agent_b', 'difference'],
    ['success_rule']
) }}
