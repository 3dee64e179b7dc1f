select
    source,
    population,
    case grain when 'task' then 'one task' else 'one task and model' end as inside,
    success_rule,
    pair_count,
    median_delta,
    ci_low,
    ci_high,
    mean_delta,
    fewer_count,
    equal_count,
    more_count,
    sign_test_p,
    is_headline
from action_delta_summary
order by
    source, population, grain,
    array_position(
        ['any_credit', 'half_credit', 'full_credit', 'reported', 'resolved'], success_rule
    )
