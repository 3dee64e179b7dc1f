-- Grain: one row per source and seed with rows about tasks, evaluations, models
-- or scaffolds that are not loaded, so that they have no effect.
with

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

task_facts as (
    select * from {{ ref('task_facts') }}
),

-- Rows of a study concern its own runs only.
excluded_evaluations as (
    select * from {{ ref('excluded_evaluations') }}
    where study is null
),

excluded_models as (
    select * from {{ ref('excluded_models') }}
    where study is null
),

excluded_scaffolds as (
    select * from {{ ref('excluded_scaffolds') }}
    where study is null
),

known_facts as (
    select distinct
        source,
        benchmark,
        task_id
    from attempts
    inner join task_facts using (source, benchmark, task_id)
),

known_models as (
    select distinct
        source,
        model
    from identified_evaluations
),

known_scaffolds as (
    select distinct
        identified_evaluations.source,
        identified_evaluations.scaffold,
        evaluations.benchmark
    from identified_evaluations
    inner join evaluations using (evaluation_id)
),

written as (
    select
        'task_facts' as seed,
        task_facts.source,
        task_facts.benchmark || '/' || task_facts.task_id as subject,
        known_facts.task_id is not null as is_known
    from task_facts
    left join known_facts
        on
            task_facts.source = known_facts.source
            and task_facts.benchmark = known_facts.benchmark
            and task_facts.task_id = known_facts.task_id
    union all
    select
        'excluded_evaluations' as seed,
        excluded_evaluations.source,
        excluded_evaluations.evaluation_id as subject,
        identified_evaluations.evaluation_id is not null as is_known
    from excluded_evaluations
    left join identified_evaluations
        on
            excluded_evaluations.evaluation_id
            = identified_evaluations.evaluation_id
    union all
    select
        'excluded_models' as seed,
        excluded_models.source,
        excluded_models.model as subject,
        known_models.model is not null as is_known
    from excluded_models
    left join known_models
        on
            excluded_models.source = known_models.source
            and excluded_models.model = known_models.model
    union all
    select
        'excluded_scaffolds' as seed,
        excluded_scaffolds.source,
        coalesce(excluded_scaffolds.benchmark || '/', '')
        || excluded_scaffolds.scaffold as subject,
        count(known_scaffolds.scaffold) > 0 as is_known
    from excluded_scaffolds
    left join known_scaffolds
        on
            excluded_scaffolds.source = known_scaffolds.source
            and excluded_scaffolds.scaffold = known_scaffolds.scaffold
            and coalesce(
                excluded_scaffolds.benchmark, known_scaffolds.benchmark
            ) = known_scaffolds.benchmark
    group by
        excluded_scaffolds.source,
        excluded_scaffolds.benchmark,
        excluded_scaffolds.scaffold
),

final as (
    select
        'unmatched_row' as finding_code,
        source,
        seed as subject,
        count(case when not is_known then 1 end) || ' of ' || count(*)
        || ' row(s) of ' || seed || ' match nothing that is loaded, such '
        || 'as ' || min(case when not is_known then subject end) as detail
    from written
    group by source, seed
    having count(case when not is_known then 1 end) > 0
)

select * from final
