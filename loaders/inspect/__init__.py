"""Logs of Inspect, UK AISI's evaluation framework."""
