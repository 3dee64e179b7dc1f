with files as (
    select
        source,
        count(*) as file_count,
        cast(sum(quarantined_count) as bigint) as quarantined_count,
        min(loaded_at) as first_loaded_at,
        max(loaded_at) as last_loaded_at
    from load_report
    group by source
),
success_rules as (
    select source, min(success_rule) as success_rule
    from agent_intervals
    where is_headline
    group by source
),
horizon_rules as (
    select source, min(success_rule) as horizon_success_rule
    from time_horizons
    where is_headline and p50_minutes is not null
    group by source
),
populations as (
    select source, min(population) as population
    from rank_correlations
    where is_headline
    group by source
),
comparisons as (
    select source, min(coverage) as coverage, min(repeats) as repeats
    from model_win_rates
    where is_headline
    group by source
)

select
    source,
    evaluation_count,
    attempt_count,
    agent_count,
    model_count,
    task_count,
    benchmark_count,
    file_count,
    quarantined_count,
    strftime(first_loaded_at at time zone 'UTC', '%Y-%m-%d %H:%M') as first_loaded_at,
    strftime(last_loaded_at at time zone 'UTC', '%Y-%m-%d %H:%M') as last_loaded_at,
    success_rule,
    horizon_success_rule,
    population,
    coverage,
    repeats
from source_totals
inner join files using (source)
left join success_rules using (source)
left join horizon_rules using (source)
left join populations using (source)
left join comparisons using (source)
order by source
