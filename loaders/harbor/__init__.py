"""Jobs of Harbor, the harness of Terminal-Bench 2."""
