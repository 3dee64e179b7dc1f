-- Grain: one row per source and summary population.
with

attempts as (
    select * from {{ ref('attempts') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

outcome_counts as (
    select
        attempts.source,
        summary_populations.population,
        count(*) as attempt_count,
        count(*) filter (where attempts.outcome = 'fail') as fail_count,
        count(*) filter (where attempts.outcome = 'full') as full_count,
        count(*) filter (where attempts.outcome = 'partial') as partial_count
    from attempts
    inner join summary_populations
        on attempts.population = summary_populations.attempt_population
    where attempts.outcome is not null
    group by attempts.source, summary_populations.population
),

final as (
    select
        source,
        population,
        attempt_count,
        fail_count,
        full_count,
        partial_count,
        fail_count * 1e0 / attempt_count as fail_share,
        full_count * 1e0 / attempt_count as full_share,
        partial_count * 1e0 / attempt_count as partial_share
    from outcome_counts
)

{{ with_headline('final', ['source'], ['population']) }}
