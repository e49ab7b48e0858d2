"""Keeping what GitHub said."""
