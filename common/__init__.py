"""Code that the loaders, the plots and the analyses share."""

# As in pyproject.toml and dbt_project.yml.
VERSION = "0.1.0"
