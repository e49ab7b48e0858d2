"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# No test is timed: the machine may be busy with something else.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
