"""Figures become a page and files."""
