-- Grain: one row per source, benchmark, kind of scaffold (generalist, made for
-- the benchmark or unknown) and model.
with

known_scaffolds as (
    select * from {{ ref('scaffolds') }}
),

-- Without a known scaffold, a source has no kinds to compare.
sources as (
    select distinct source from known_scaffolds
),

included as (
    select * from {{ ref('evaluations') }}
    where not is_excluded
),

evaluations as (
    select
        included.*,
        case
            when included.is_generalist then 'generalist'
            when not included.is_generalist then 'task_specific'
            else 'unknown'
        end as scaffold_kind
    from included
    inner join sources
        on included.source = sources.source
),

benchmark_win_rates as (
    select * from {{ ref('benchmark_win_rates') }}
    where
        basis = 'scaffold'
        and repeats = 'best'
),

means as (
    select
        source,
        benchmark,
        scaffold_kind,
        model,
        count(*) as evaluation_count,
        count(accuracy) as scored_count,
        count(total_cost_usd) as costed_count,
        count(mean_latency_seconds) as timed_count,
        {{ exact_mean('accuracy') }} as mean_accuracy,
        {{ exact_mean('total_cost_usd') }} as mean_cost_usd,
        {{ exact_mean('mean_latency_seconds') }} as mean_latency_seconds
    from evaluations
    group by source, benchmark, scaffold_kind, model
),

-- A scaffold that was run often is compared once.
scaffolds as (
    select distinct
        source,
        benchmark,
        scaffold_kind,
        scaffold,
        model
    from evaluations
),

wins as (
    select
        source,
        benchmark,
        scaffolds.scaffold_kind,
        model,
        count(*) as scaffold_count,
        cast(sum(benchmark_win_rates.wins) as bigint) as wins,
        cast(sum(benchmark_win_rates.comparisons) as bigint) as comparisons
    from scaffolds
    left join benchmark_win_rates using (source, benchmark, scaffold, model)
    group by
        source,
        benchmark,
        scaffolds.scaffold_kind,
        model
),

final as (
    select
        source,
        benchmark,
        scaffold_kind,
        model,
        case scaffold_kind
            when 'generalist' then true
            when 'task_specific' then false
        end as is_generalist,
        wins.scaffold_count,
        means.evaluation_count,
        means.scored_count,
        means.costed_count,
        means.timed_count,
        means.mean_accuracy,
        means.mean_cost_usd,
        means.mean_latency_seconds,
        wins.wins,
        wins.comparisons,
        wins.wins * 1e0 / nullif(wins.comparisons, 0) as win_rate
    from means
    inner join wins using (source, benchmark, scaffold_kind, model)
)

select * from final
