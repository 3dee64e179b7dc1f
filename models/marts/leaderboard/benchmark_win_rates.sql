-- Grain: one row per repeats, basis, source, benchmark, scaffold and model.
-- Wins are counted by rank. The pairs of model_comparisons give the same
-- counts, but are quadratic in the models.
with

comparison_values as (
    select * from {{ ref('comparison_values') }}
),

-- Signed so that the greater value wins.
signed as (
    select
        repeats,
        basis,
        source,
        benchmark,
        scaffold,
        model,
        case when is_smaller_better then 0 - value else value end
            as signed_value
    from comparison_values
),

ranked as (
    select
        repeats,
        basis,
        source,
        benchmark,
        scaffold,
        model,
        rank() over (
            partition by repeats, basis, source, benchmark, scaffold
            order by signed_value
        ) as value_rank,
        count(*) over (
            partition by
                repeats, basis, source, benchmark, scaffold, signed_value
        ) as equal_count,
        count(*) over (
            partition by repeats, basis, source, benchmark, scaffold
        ) as model_count
    from signed
),

counts as (
    select
        *,
        value_rank - 1 as wins,
        equal_count - 1 as ties,
        model_count - value_rank - equal_count + 1 as losses,
        model_count - 1 as comparisons
    from ranked
),

final as (
    select
        repeats,
        basis,
        source,
        benchmark,
        scaffold,
        model,
        wins,
        ties,
        losses,
        comparisons,
        wins * 1e0 / nullif(comparisons, 0) as win_rate,
        (wins + ties / 2e0) / nullif(comparisons, 0) as win_rate_half_ties
    from counts
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'model'],
    ['repeats', 'basis'],
    is_each=false
) }}
