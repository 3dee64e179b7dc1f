"""Let Ctrl-C end dbt while it starts.

dbt imports for seconds before it reads the project, and with it dbt_plugin.py, which
answers signals from then on. `make` lets every Python of .venv import this first.
"""

import sys

if sys.orig_argv[1:] and sys.orig_argv[1].endswith("/dbt"):
    from common.stopping import end_when_stopped

    end_when_stopped()
