-- Grain: one row per evaluation of a table: who ran on which benchmark.
select distinct
    evaluation_id,
    source,
    agent,
    scaffold,
    model,
    population,
    true as is_mean_of_tasks
from {{ ref('stg_table__attempts') }}
