select
    source,
    population,
    replace(
        replace(x || ' and ' || y, 'action_count', 'actions'),
        'human_minutes', 'human time'
    ) as pair,
    case controlling_for
        when 'none' then 'nothing: pooled'
        when 'task' then 'the task: inside each'
        else 'human time'
    end as holding_fixed,
    attempt_count,
    spearman_rho,
    z_score,
    is_headline
from rank_correlations
where
    spearman_rho is not null
    and (x, y) in (
        ('action_count', 'score'), ('action_count', 'human_minutes'),
        ('human_minutes', 'score')
    )
order by
    source, population, x <> 'action_count', y <> 'score',
    array_position(['none', 'human_minutes', 'task'], controlling_for)
