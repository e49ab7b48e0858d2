"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# No test is timed: the machine may be busy with something else. Where a change is judged, the same examples are tried
# each time; new ones are looked for by who works on the project.
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")
