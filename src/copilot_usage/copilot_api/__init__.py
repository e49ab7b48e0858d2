"""Asking GitHub about Copilot."""
