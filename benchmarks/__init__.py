"""How fast, how much memory, how it grows: `python -m benchmarks NAME...`.

A benchmark runs one command of ours and its rivals in turn, each in its own process,
on made-up files of several sizes. What it finds goes to RESULTS.md by `--write`.
Nothing here asserts a time.

    generate.py    files of any size
    measure.py     run commands in turn, watch their time and memory
    rivals.py      the same work as the public studies do it, and the limits
    results.py     tables
    view.py        one view over made-up rows
    loading.py, refreshing.py ... the benchmarks: which commands, on which files
"""
