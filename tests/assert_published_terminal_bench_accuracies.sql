-- The accuracy and pass@k of Terminal-Bench's 22 public runs, as the harness
-- counted them: 21 runs, for one is there twice, and every figure comes out to
-- 1e-12 where an attempt without a verdict is a failure.
with

counts as (
    select
        count(*) as metric_count,
        count(distinct evaluation_id) as run_count,
        count(case when abs(difference) <= 1e-12 then 1 end) as equal_count
    from {{ ref('reported_metrics') }}
    where source = 'terminal_bench'
)

select *
from counts
where
    {{ published_data_is_loaded('terminal_bench_runs') }}
    and (
        metric_count <> 24
        or run_count <> 21
        or equal_count <> 24
    )
