"""Many more files of every kind go all the way into a warehouse."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_load_properties import check, files


@settings(max_examples=500, deadline=None)
@given(st.lists(files, min_size=4, max_size=12))
def test_all_is_accounted_for_and_nothing_is_loaded_twice(made):
    check(made)
