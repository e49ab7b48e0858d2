"""Keeps snapshots on a branch at GitHub: loads what a run needs, and commits what is new; never by force."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from copilot_usage.domain.storing import Saved, Unread
from copilot_usage.snapshots.answers import Place
from copilot_usage.snapshots.drafts import INLINE, Draft, batches, commit_message
from copilot_usage.snapshots.heads import Cut, Head, look_at
from copilot_usage.snapshots.layout import by_month, inside, wanted_files
from copilot_usage.snapshots.months import Month
from copilot_usage.snapshots.readme import README, is_ours, readme_places, render_readme
from copilot_usage.snapshots.refusals import GitHubRefused, outrun, too_large
from copilot_usage.snapshots.shelf import Shelf, pack, read_ahead, unpack
