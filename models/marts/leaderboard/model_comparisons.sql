-- Grain: one row per repeats, basis, source, benchmark, scaffold and ordered
-- pair of models. Quadratic in the models of a cell.
with

comparison_values as (
    select * from {{ ref('comparison_values') }}
),

final as (
    select
        comparison_values.repeats,
        comparison_values.basis,
        comparison_values.source,
        comparison_values.benchmark,
        comparison_values.scaffold,
        comparison_values.model as model_a,
        opponents.model as model_b,
        comparison_values.value as value_a,
        opponents.value as value_b,
        case
            when comparison_values.value = opponents.value then 'tie'
            when
                (comparison_values.value < opponents.value)
                = comparison_values.is_smaller_better
                then 'win'
            else 'loss'
        end as result
    from comparison_values
    inner join comparison_values as opponents
        on
            comparison_values.repeats = opponents.repeats
            and comparison_values.basis = opponents.basis
            and comparison_values.source = opponents.source
            and comparison_values.benchmark = opponents.benchmark
            and comparison_values.scaffold = opponents.scaffold
            and comparison_values.model <> opponents.model
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'model_a', 'model_b'],
    ['repeats', 'basis'],
    is_each=false
) }}
