select
    source,
    population,
    replace(x, '_', ' ') || ' and ' || replace(y, '_', ' ') as pair,
    case controlling_for
        when 'none' then 'nothing: pooled'
        when 'task' then 'the task: inside each'
        else replace(controlling_for, '_', ' ')
    end as holding_fixed,
    attempt_count,
    spearman_rho,
    z_score
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
