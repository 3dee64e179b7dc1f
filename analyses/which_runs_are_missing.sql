-- Which runs are missing?
-- The runs that `seeds/expected_runs.csv` lists and that are not loaded.
-- The study's sheet: 13 runs of models that it keeps. Six are o3's, and nine
-- are on the two colbench benchmarks, where seven of the nine models are
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
