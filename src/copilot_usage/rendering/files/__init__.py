"""The files for further work, JSON and CSV: the same figures by the same names (docs/files.md)."""
