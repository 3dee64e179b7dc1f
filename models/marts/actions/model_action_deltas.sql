-- Grain: one row per success rule, population, source and model with enough
-- pairs of task and model.
with

task_model_action_deltas as (
    select * from {{ ref('task_model_action_deltas') }}
),

pairs as (
    select
        success_rule,
        population,
        source,
        model,
        count(*) as pair_count,
        median(action_delta) as median_delta
    from task_model_action_deltas
    group by success_rule, population, source, model
),

final as (
    select
        success_rule,
        population,
        source,
        model,
        pair_count,
        median_delta
    from pairs
    where pair_count >= {{ var('min_pairs_per_model') }}
)

{{ with_headline(
    'final',
    ['source', 'model'],
    ['success_rule', 'population'],
    is_each=false,
    own={'population': 'headline_choices.task_model_population'}
) }}
