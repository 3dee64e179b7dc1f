-- Grain: one row per model number and match: a task, or for the basis
-- max_accuracy a benchmark. A cluster is the tasks of a family, or one
-- benchmark; if there are very many, a group of them.
with

model_tasks as (
    select * from {{ ref('int_model_tasks_counted') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
    where repeats = 'best'
),

rating_models as (
    select * from {{ ref('int_rating_models') }}
),

results as (
    select
        success_rule,
        source,
        'task_outcome' as basis,
        {{ escaped('benchmark', ':') }} || ':' || task_id as match_key,
        -- A task without a family is its own.
        {{ escaped('benchmark', ':') }}
        || coalesce(':family:' || task_family, ':task:' || task_id)
            as cluster_key,
        model,
        success_count * 1e0 / attempt_count as value
    from model_tasks
    where
        population = 'capability'
        and model <> 'unknown'
    union all
    select
        '*' as success_rule,
        source,
        'max_accuracy' as basis,
        benchmark as match_key,
        benchmark as cluster_key,
        model,
        accuracy as value
    from best_evaluations
),

matches as (
    select
        source,
        basis,
        match_key,
        min(cluster_key) as cluster_key,
        row_number() over (
            order by source, basis, match_key
        ) as match_number
    from results
    group by source, basis, match_key
),

distinct_clusters as (
    select distinct
        source,
        basis,
        cluster_key
    from matches
),

sized_clusters as (
    select
        source,
        basis,
        cluster_key,
        count(*) over (partition by source, basis) as cluster_count
    from distinct_clusters
),

clusters as (
    select
        source,
        basis,
        cluster_key,
        dense_rank() over (
            order by
                source,
                basis,
                case
                    when cluster_count <= {{ var('rating_max_clusters') }}
                        then cluster_key
                    else
                        'group '
                        || mod(
                            {{ hash_number('cluster_key') }},
                            {{ var('rating_cluster_groups') }}
                        )
                end
        ) as cluster_number
    from sized_clusters
),

numbered_matches as (
    select
        matches.source,
        matches.basis,
        matches.match_key,
        matches.match_number,
        clusters.cluster_number
    from matches
    inner join clusters
        on
            matches.source = clusters.source
            and matches.basis = clusters.basis
            and matches.cluster_key = clusters.cluster_key
),

final as (
    select
        rating_models.success_rule,
        rating_models.model_number,
        numbered_matches.match_number,
        numbered_matches.cluster_number,
        results.value
    from results
    inner join rating_models
        on
            results.success_rule = rating_models.success_rule
            and results.source = rating_models.source
            and results.basis = rating_models.basis
            and results.model = rating_models.model
    inner join numbered_matches
        on
            results.source = numbered_matches.source
            and results.basis = numbered_matches.basis
            and results.match_key = numbered_matches.match_key
)

select * from final
