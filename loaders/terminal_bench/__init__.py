"""Runs of the Terminal-Bench harness."""
