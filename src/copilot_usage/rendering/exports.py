"""The files for further work, CSV and JSON: the same figures by the same names, described in docs/files.md."""

from __future__ import annotations

from copilot_usage.rendering.csv_file import render_csv
from copilot_usage.rendering.json_file import json_parts, render_json

__all__ = ["json_parts", "render_csv", "render_json"]
