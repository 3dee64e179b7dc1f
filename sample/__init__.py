"""The shipped sample."""
