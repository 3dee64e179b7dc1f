-- Which model wins, also on the benchmarks that every model ran?
-- The study ranks models over whatever each of them ran.
-- The data: models skip benchmarks, and not at random. By best accuracy o3 is
-- 1st over its nine benchmarks and 6th over the six that all ran; there
-- claude-3-7-sonnet high leads by far (81 % of comparisons, the next 62.5 %).
-- By frontier distance gemini-2.0-flash stays 1st. `rank: win rate in %`.
with

model_win_rates as (
    select * from {{ ref('model_win_rates') }}
)

select
    overall.source,
    overall.basis,
    overall.model,
    overall.benchmark_count,
    overall.rank || ': ' || round(100 * overall.overall_win_rate, 1)
        as over_all_its_benchmarks,
    shared.rank || ': ' || round(100 * shared.overall_win_rate, 1)
        as over_shared_benchmarks
from model_win_rates as overall
left join model_win_rates as shared
    on
        overall.basis = shared.basis
        and overall.source = shared.source
        and overall.model = shared.model
        and shared.coverage = 'shared'
where overall.coverage = 'all'
order by overall.source, overall.basis, overall.rank, overall.model
