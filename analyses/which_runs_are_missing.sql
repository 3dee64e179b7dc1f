-- Which runs are missing?
-- What `seeds/expected_runs.csv` lists and nobody has loaded.
-- The study's sheet: 13 runs of models that it keeps. Six are o3's and nine are
-- of the two colbench benchmarks, on each of which seven of the nine models are
-- compared.
with

coverage as (
    select * from {{ ref('coverage') }}
)

select
    source,
    benchmark,
    scaffold,
    model
from coverage
where
    is_expected
    and not is_loaded
order by source, benchmark, scaffold, model
