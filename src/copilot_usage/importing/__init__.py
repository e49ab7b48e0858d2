"""Imports saved API responses into a history."""
