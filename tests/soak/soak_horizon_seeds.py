"""Another seed moves an end of a horizon's interval by 5 % of it at most.

Of the interval's length on the log scale, as a standard deviation over the seeds.
"""

import re

import duckdb
import numpy as np
import pandas as pd
import pytest

SEEDS = 8
STEPS = ["task_draws", "replicates", "noisy_fits", "more_replicates", "intervals"]
KEY = ["fit_number", "regularisation"]
INTERVALS = """
select
    int_horizon_intervals.*,
    coalesce(int_horizon_noisy_fits.replicate_count, 0) as replicate_count
from int_horizon_intervals
left join int_horizon_noisy_fits using (fit_number, regularisation)
"""


@pytest.fixture(scope="module")
def noises(sample_warehouse):
    """How much each interval's ends move, by fit, regularisation and horizon."""
    compiled = sample_warehouse.parent / "target/compiled/evalhouse/models/marts"
    own = "|".join(STEPS)
    frames = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_warehouse}' as evalhouse (read_only)")
        for number in range(SEEDS):
            for step in STEPS:
                path = compiled / f"inference/steps/int_horizon_{step}.sql"
                sql, count = re.subn(r"'\d+:'", f"'{number}:'", path.read_text())
                assert count or step in ("noisy_fits", "intervals")
                sql = re.sub(
                    f'"evalhouse"."intermediate"."(int_horizon_({own}))"', r"\1", sql
                )
                kind = "view" if step == "task_draws" else "table"
                connection.execute(
                    f"create or replace {kind} int_horizon_{step} as {sql}"
                )
            frames.append(connection.sql(INTERVALS).df())
    rows = []
    for (fit, regularisation), own in pd.concat(frames).groupby(KEY):
        for horizon in ("p50", "p80"):
            ends = own[[f"log2_{horizon}_low", f"log2_{horizon}_high"]].to_numpy()
            if np.isfinite(ends).all(axis=None):
                length = np.diff(ends).mean()
                noise = ends.std(axis=0, ddof=1).max() / length
                most = own.replicate_count.max()
                rows.append((fit, regularisation, horizon, most, noise))
    columns = [*KEY, "horizon", "replicate_count", "noise"]
    return pd.DataFrame(rows, columns=columns)


def test_ends_hardly_move_with_the_seed(noises):
    print("\n" + noises.to_string())
    assert set(noises.regularisation) == {0.1, 0.00001}
    assert len(noises) > 20
    # A standard deviation of 8 values is known to a quarter or so.
    assert noises.noise.max() <= 0.05 * 1.3
    assert noises.noise.mean() <= 0.04
