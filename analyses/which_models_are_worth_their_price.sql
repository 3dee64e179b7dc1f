-- Which models are worth their price?
-- For each model: on how many of the benchmarks with a known cost does no other
-- model reach its accuracy for less? And what is the median ratio of its cost
-- to the lowest cost for that accuracy?
-- The data: gemini-2.0-flash is efficient on all its nine benchmarks and
-- DeepSeek-V3 on nine of eleven, but they win 15 and 39 % of comparisons by
-- accuracy. o4-mini low is the first that does both (six of eleven, 54 %). o3
-- costs eight times as much as the cheapest model of its accuracy.
with

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

headlines as (
    select distinct
        source,
        repeats
    from best_evaluations
    where is_headline
),

pareto_frontier as (
    select points.*
    from {{ ref('pareto_frontier') }} as points
    inner join headlines
        on points.source = headlines.source
    where
        points.x_metric = '{{ var('x_metric', 'cost') }}'
        and points.is_comparable
        and points.repeats = case '{{ var('repeats', 'headline') }}'
            when 'headline' then headlines.repeats
            else '{{ var('repeats', 'headline') }}'
        end
),

win_rate_frontier as (
    select points.*
    from {{ ref('win_rate_frontier') }} as points
    inner join headlines
        on points.source = headlines.source
    where
        points.x_metric = '{{ var('x_metric', 'cost') }}'
        and points.basis = '{{ var('basis', 'max_accuracy') }}'
        and points.repeats = case '{{ var('repeats', 'headline') }}'
            when 'headline' then headlines.repeats
            else '{{ var('repeats', 'headline') }}'
        end
),

by_model as (
    select
        source,
        model,
        count(*) as benchmark_count,
        count(*) filter (where is_pareto_efficient) as efficient_count,
        median(cost_ratio) as median_cost_ratio
    from pareto_frontier
    group by source, model
)

select
    by_model.source,
    by_model.model,
    by_model.efficient_count || ' of ' || by_model.benchmark_count
        as efficient_on,
    round(by_model.median_cost_ratio, 2) as times_the_least_price,
    round(win_rate_frontier.x, 2) as mean_cost_usd,
    round(100 * win_rate_frontier.win_rate, 1) as win_pct
from by_model
left join win_rate_frontier
    on
        by_model.source = win_rate_frontier.source
        and by_model.model = win_rate_frontier.model
order by
    by_model.source asc,
    by_model.efficient_count * 1e0 / by_model.benchmark_count desc,
    by_model.model asc
