"""METR's two files of runs."""
