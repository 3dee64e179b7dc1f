-- Grain: one row per repeats, basis, source, coverage and model.
with

covered as (
    select * from {{ ref('int_win_rate_coverage') }}
),

intervals as (
    select * from {{ ref('int_win_rate_intervals') }}
),

totals as (
    select
        repeats,
        basis,
        source,
        coverage,
        model,
        count(distinct benchmark) as benchmark_count,
        -- Without an opponent in the cell there is no win rate.
        count(win_rate) as cell_count,
        {{ exact_mean('win_rate') }} as win_rate_mean,
        {{ in_order('stddev_samp', 'win_rate') }} as win_rate_std,
        cast(sum(wins) as bigint) as wins,
        cast(sum(ties) as bigint) as ties,
        cast(sum(comparisons) as bigint) as comparisons
    from covered
    group by repeats, basis, source, coverage, model
),

rated as (
    select
        *,
        wins * 1e0 / nullif(comparisons, 0) as overall_win_rate,
        (wins + ties / 2e0) / nullif(comparisons, 0)
            as overall_win_rate_half_ties
    from totals
),

final as (
    select
        repeats,
        basis,
        source,
        coverage,
        model,
        rated.benchmark_count,
        rated.cell_count,
        rated.win_rate_mean,
        rated.win_rate_std,
        rated.wins,
        rated.ties,
        rated.comparisons,
        rated.overall_win_rate,
        -- Ties, which are not wins, hardly occur among draws.
        case
            when intervals.ci_low is not null
                then least(intervals.ci_low, rated.overall_win_rate)
        end as ci_low,
        case
            when intervals.ci_high is not null
                then greatest(intervals.ci_high, rated.overall_win_rate)
        end as ci_high,
        intervals.interval_basis,
        rated.overall_win_rate_half_ties,
        -- Tied models share the better rank.
        case
            when rated.comparisons > 0
                then
                    rank() over (
                        partition by repeats, basis, source, coverage
                        order by rated.overall_win_rate desc nulls last
                    )
        end as rank
    from rated
    left join intervals using (repeats, basis, source, coverage, model)
)

{{ with_headline(
    'final', ['source', 'model'], ['repeats', 'basis', 'coverage']
) }}
