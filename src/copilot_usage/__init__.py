"""Copilot Usage Report: GitHub Copilot usage as a page, as files, and as a history that outlives GitHub's."""

__version__ = "1.0.0"
