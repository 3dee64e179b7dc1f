-- Grain: one row per success rule, source, basis, cluster and ordered pair of
-- models that met in it. Quadratic in the models of a task or benchmark.
-- A cluster is what the bootstrap draws as one: a task, or for the basis
-- max_accuracy a benchmark; where there are many, a group of them.
with

model_tasks as (
    select * from {{ ref('int_model_tasks_counted') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

results as (
    select
        success_rule,
        source,
        'task_outcome' as basis,
        {{ escaped('benchmark', ':') }} || ':' || task_id as meeting_key,
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
        benchmark as meeting_key,
        model,
        accuracy as value
    from best_evaluations
),

-- Numbers join and group faster than names do.
models as (
    select
        success_rule,
        source,
        basis,
        model,
        row_number() over (
            order by success_rule, source, basis, model
        ) as model_number
    from results
    group by success_rule, source, basis, model
),

distinct_meetings as (
    select distinct
        source,
        basis,
        meeting_key
    from results
),

sized_meetings as (
    select
        *,
        count(*) over (partition by source, basis) as meeting_count
    from distinct_meetings
),

meetings as (
    select
        source,
        basis,
        meeting_key,
        case
            when meeting_count <= {{ var('rating_max_clusters') }}
                then meeting_key
            else
                'group '
                || mod(
                    {{ hash_number('meeting_key') }},
                    {{ var('rating_cluster_groups') }}
                )
        end as cluster_key,
        row_number() over (
            order by source, basis, meeting_key
        ) as meeting_number
    from sized_meetings
),

numbered_clusters as (
    select
        cluster_key,
        row_number() over (order by cluster_key) as cluster_number
    from meetings
    group by cluster_key
),

contenders as (
    select
        models.success_rule,
        models.source,
        models.basis,
        models.model_number,
        meetings.meeting_number,
        numbered_clusters.cluster_number,
        results.value
    from results
    inner join models
        on
            results.success_rule = models.success_rule
            and results.source = models.source
            and results.basis = models.basis
            and results.model = models.model
    inner join meetings
        on
            results.source = meetings.source
            and results.basis = meetings.basis
            and results.meeting_key = meetings.meeting_key
    inner join numbered_clusters
        on meetings.cluster_key = numbered_clusters.cluster_key
),

rivals as (
    select * from contenders
),

pairs as (
    select
        contenders.cluster_number,
        contenders.model_number,
        rivals.model_number as rival_number,
        count(*) as comparison_count,
        -- Wholes and halves, so the sum is exact.
        sum(
            case
                when contenders.value > rivals.value then 1e0
                when contenders.value = rivals.value then 0.5e0
                else 0e0
            end
        ) as points
    from contenders
    inner join rivals
        on
            contenders.meeting_number = rivals.meeting_number
            and contenders.success_rule = rivals.success_rule
            and contenders.model_number < rivals.model_number
    group by
        contenders.cluster_number,
        contenders.model_number,
        rivals.model_number
),

both_ways as (
    select
        cluster_number,
        model_number,
        rival_number,
        comparison_count,
        points
    from pairs
    union all
    select
        cluster_number,
        rival_number as model_number,
        model_number as rival_number,
        comparison_count,
        comparison_count - points as points
    from pairs
),

rival_models as (
    select * from models
),

final as (
    select
        models.success_rule,
        models.source,
        models.basis,
        numbered_clusters.cluster_key,
        models.model,
        rival_models.model as rival,
        both_ways.comparison_count,
        both_ways.points
    from both_ways
    inner join numbered_clusters
        on both_ways.cluster_number = numbered_clusters.cluster_number
    inner join models
        on both_ways.model_number = models.model_number
    inner join rival_models
        on both_ways.rival_number = rival_models.model_number
)

select * from final
