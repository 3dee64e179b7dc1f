"""The questions of this folder as commands: `python -m analyses`."""
