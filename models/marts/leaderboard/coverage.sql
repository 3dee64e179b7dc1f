-- Grain: one row per source, benchmark, scaffold and model that should have
-- run, or did.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

expected_runs as (
    select * from {{ ref('expected_runs') }}
),

excluded_models as (
    select * from {{ ref('excluded_models') }}
),

loaded as (
    select
        source,
        benchmark,
        scaffold,
        model,
        count(*) as evaluation_count
    from evaluations
    where not is_excluded
    group by source, benchmark, scaffold, model
),

-- If none of the expected runs is loaded, the others are not missing.
expected_sources as (
    select distinct source
    from expected_runs
    inner join loaded using (source, benchmark, scaffold, model)
),

expected as (
    select
        expected_runs.source,
        expected_runs.benchmark,
        expected_runs.scaffold,
        expected_runs.model
    from expected_runs
    inner join expected_sources
        on expected_runs.source = expected_sources.source
    left join excluded_models
        on
            expected_runs.source = excluded_models.source
            and expected_runs.model = excluded_models.model
    where excluded_models.model is null
),

final as (
    select
        coalesce(expected.source, loaded.source) as source,
        coalesce(expected.benchmark, loaded.benchmark) as benchmark,
        coalesce(expected.scaffold, loaded.scaffold) as scaffold,
        coalesce(expected.model, loaded.model) as model,
        expected.source is not null as is_expected,
        loaded.source is not null as is_loaded,
        -- Zero was observed: no such evaluation is loaded.
        coalesce(loaded.evaluation_count, 0) as evaluation_count
    from expected
    full join loaded
        on
            expected.source = loaded.source
            and expected.benchmark = loaded.benchmark
            and expected.scaffold = loaded.scaffold
            and expected.model = loaded.model
)

select * from final
