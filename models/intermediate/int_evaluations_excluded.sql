-- Grain: one row per evaluation that a seed leaves out of the leaderboard.
with

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

study_evaluations as (
    select * from {{ ref('int_study_evaluations') }}
),

excluded_models as (
    select * from {{ ref('excluded_models') }}
),

excluded_scaffolds as (
    select * from {{ ref('excluded_scaffolds') }}
),

excluded_evaluations as (
    select * from {{ ref('excluded_evaluations') }}
),

excluded as (
    select
        evaluation_id,
        1 as preference,
        'excluded_evaluations' as seed,
        excluded_evaluations.study,
        excluded_evaluations.reason
    from evaluations
    inner join excluded_evaluations using (evaluation_id)
    union all
    select
        identified_evaluations.evaluation_id,
        2 as preference,
        'excluded_models' as seed,
        excluded_models.study,
        excluded_models.reason
    from identified_evaluations
    inner join excluded_models using (source, model)
    union all
    select
        evaluation_id,
        3 as preference,
        'excluded_scaffolds' as seed,
        excluded_scaffolds.study,
        excluded_scaffolds.reason
    from evaluations
    inner join identified_evaluations using (evaluation_id)
    inner join excluded_scaffolds using (source, scaffold)
    where
        coalesce(excluded_scaffolds.benchmark, evaluations.benchmark)
        = evaluations.benchmark
),

-- A study's choice applies to its own runs; a row without a study is the
-- user's.
applicable as (
    select
        excluded.*,
        row_number() over (
            partition by excluded.evaluation_id
            order by
                excluded.preference asc,
                excluded.study asc nulls first,
                excluded.reason asc
        ) as rank
    from excluded
    left join study_evaluations
        on
            excluded.study = study_evaluations.study
            and excluded.evaluation_id = study_evaluations.evaluation_id
    where
        excluded.study is null
        or '{{ var("study_exclusions") }}' = 'all_runs'
        or (
            '{{ var("study_exclusions") }}' = 'own_runs'
            and study_evaluations.evaluation_id is not null
        )
),

final as (
    select
        evaluation_id,
        seed,
        study,
        reason
    from applicable
    where rank = 1
)

select * from final
