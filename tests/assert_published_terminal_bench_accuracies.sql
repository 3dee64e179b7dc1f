-- The accuracy and pass@k of Terminal-Bench's 22 public runs, as the harness
-- counted them: 21 runs, since one is included twice. Every figure is
-- reproduced to 1e-12 if an attempt without a verdict counts as a failure.
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
