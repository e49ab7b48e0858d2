"""Settings of every test."""

from __future__ import annotations

import os

from hypothesis import settings

# No test is timed: the machine can be busy. CI tries the same examples each time; a developer's runs look for new ones.
settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")
