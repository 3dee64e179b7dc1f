-- Which headline flips?
-- The study of METR's runs says that within a task successes take fewer actions
-- (-0.5), and that of HAL's traces that claude-3-7-sonnet with high
-- effort wins.
-- The data: without safety runs the delta is 0.0, so the claim depends on which
-- runs are included; that more actions go with failure holds under each choice,
-- but shrinks to -0.13 within tasks. `spread` is the smallest to the largest
-- value.
with

headline_sensitivity as (
    select * from {{ ref('headline_sensitivity') }}
)

select
    source,
    headline,
    round(max(case when is_headline then value end), 3) as headline_value,
    round(min(value), 3) || ' to ' || round(max(value), 3) as spread,
    count(*) as choice_count,
    count(*) filter (where flips) as flip_count
from headline_sensitivity
group by source, headline
order by source asc, headline asc
