select
    source,
    headline,
    claim,
    replace(
        concat_ws(
            ', ', nullif(success_rule, '*'), nullif(population, '*'),
            nullif(coverage, '*')
        ),
        '_', ' '
    ) as choice,
    value,
    low,
    high,
    case flips when true then 'another sign' when false then 'the same sign' end
        as against_published,
    is_resolved,
    is_published_choice
from headline_sensitivity
-- A lead of nothing without an interval says that nothing was compared.
where value is not null and not (value = 0 and low is null)
order by
    source,
    -- Its claim is "the same by ...", so it follows the one by accuracy.
    headline = 'lead_by_frontier_distance',
    headline,
    is_published_choice desc,
    choice
limit 2000
