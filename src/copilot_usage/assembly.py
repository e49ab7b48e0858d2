"""Builds the real things from settings: the one place that chooses."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.domain.progress import NoProgress
from copilot_usage.domain.storing import NoStore
from copilot_usage.job import Parts
from copilot_usage.publication import Publication
from copilot_usage.settings.wishes import People

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from copilot_usage.domain.outcome import Source
    from copilot_usage.domain.progress import Progress
    from copilot_usage.domain.storing import Store
    from copilot_usage.runner.inputs import Surroundings
    from copilot_usage.settings.wishes import Settings
