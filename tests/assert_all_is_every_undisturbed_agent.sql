-- The seed and the macro say the same of each population that attempts have,
-- so views that join the seed and views that ask the macro count the same ones.
with

included as (
    select attempt_population from {{ ref('summary_populations') }}
    where population = 'all'
),

populations as (
    select 'capability' as population
    union all
    select 'safety' as population
    union all
    select 'human' as population
    union all
    select 'perturbed' as population
)

select populations.population
from populations
left join included
    on populations.population = included.attempt_population
where
    ({{ is_undisturbed_agent() }})
    <> (included.attempt_population is not null)
