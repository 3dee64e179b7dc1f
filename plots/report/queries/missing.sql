select source, benchmark, scaffold, model, is_expected, is_loaded, evaluation_count
from coverage
where
    is_expected <> is_loaded
    and source in (select source from coverage where is_expected)
order by source, is_loaded, benchmark, scaffold, model
limit 2000
