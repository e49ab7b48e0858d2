"""The rows of the users and user-teams reports, typed: only the fields that the team join uses are decoded at all."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.json import Decoder

from copilot_usage.domain.metrics import COUNTERS
from copilot_usage.parsers.fields import LARGEST

# A figure that a row does not have. No sum of figures reaches it (2**53 times 2**40 rows do not), so that a sum of
# figures tells, above this bit, how many were absent, without a question asked per figure.
ABSENT = 1 << 96

Count = Annotated[int, Meta(ge=0, le=LARGEST)]
Credits = Annotated[float, Meta(ge=0, le=LARGEST)]
Identity = int | str
SIX = tuple(COUNTERS)[1:]
SEVEN = tuple(COUNTERS)


class Six(Struct, kw_only=True, gc=False):
    """The counters that every row of every array has."""

    code_generation_activity_count: Count = ABSENT
    code_acceptance_activity_count: Count = ABSENT
    loc_suggested_to_add_sum: Count = ABSENT
    loc_suggested_to_delete_sum: Count = ABSENT
    loc_added_sum: Count = ABSENT
    loc_deleted_sum: Count = ABSENT


class Seven(Six, kw_only=True, gc=False):
    """All counters."""

    user_initiated_interaction_count: Count = ABSENT


class IdeRow(Seven, kw_only=True, gc=False):
    value: str = field(name="ide")


class FeatureRow(Seven, kw_only=True, gc=False):
    value: str = field(name="feature")


class LanguageFeatureRow(Six, kw_only=True, gc=False):
    value: str = field(name="language")
    feature: str


class LanguageModelRow(Six, kw_only=True, gc=False):
    value: str = field(name="language")
    model: str


class ModelFeatureRow(Seven, kw_only=True, gc=False):
    value: str = field(name="model")
    feature: str


class Tokens(Struct, kw_only=True, gc=False):
    output_tokens_sum: Count = ABSENT
    prompt_tokens_sum: Count = ABSENT


class Sessions(Struct, kw_only=True, gc=False):
    """What the CLI, or the Copilot app, did."""

    session_count: Count = ABSENT
    request_count: Count = ABSENT
    prompt_count: Count = ABSENT
    token_usage: Tokens | None = None


class AgentsWindow(Struct, kw_only=True, gc=False):
    session_count: Count = ABSENT
    total_user_messages: Count = ABSENT


class AgentRow(Struct, kw_only=True, gc=False):
    agent_id: Identity
    agent_name: str | None = None
    user_initiated_interaction_count: Count = ABSENT


class SkillRow(Struct, kw_only=True, gc=False):
    value: str = field(name="skill")
    interaction_count: Count = ABSENT


class CustomAgentRow(Struct, kw_only=True, gc=False):
    value: str = field(name="custom_agent")
    interaction_count: Count = ABSENT


class McpRow(Struct, kw_only=True, gc=False):
    value: str = field(name="mcp")
    interaction_count: Count = ABSENT


class SlashCommandRow(Struct, kw_only=True, gc=False):
    value: str = field(name="slash_cmd")
    interaction_count: Count = ABSENT


class PluginRow(Struct, kw_only=True, gc=False):
    value: str = field(name="plugin")
    interaction_count: Count = ABSENT


class Phase(Struct, kw_only=True, gc=False):
    phase: str
    phase_number: Count | None = None
    version: str | None = None


class UserRow(Seven, kw_only=True, gc=False):
    """One person on one day, without the breakdowns."""

    user_id: Identity
    day: str | None = None
    organization_id: Identity | None = None
    enterprise_id: Identity | None = None
    user_login: str = ""
    used_agent: bool | None = None
    used_chat: bool | None = None
    used_cli: bool | None = None
    used_copilot_coding_agent: bool | None = None
    used_copilot_cloud_agent: bool | None = None
    used_copilot_app: bool | None = None
    used_vscode_agent: bool | None = None
    used_copilot_code_review_active: bool | None = None
    used_copilot_code_review_passive: bool | None = None
    ai_credits_used: Credits | None = None


class WholeUserRow(UserRow, kw_only=True, gc=False):
    """The same with the breakdowns."""

    totals_by_ide: list[IdeRow] | None = None
    totals_by_feature: list[FeatureRow] | None = None
    totals_by_language_feature: list[LanguageFeatureRow] | None = None
    totals_by_language_model: list[LanguageModelRow] | None = None
    totals_by_model_feature: list[ModelFeatureRow] | None = None
    totals_by_cli: Sessions | None = None
    totals_by_copilot_app: Sessions | None = None
    totals_by_vscode_agent: AgentsWindow | None = None
    totals_by_3rd_party_agent: list[AgentRow] | None = None
    totals_by_skill: list[SkillRow] | None = None
    totals_by_custom_agent: list[CustomAgentRow] | None = None
    totals_by_mcp: list[McpRow] | None = None
    totals_by_slash_cmd: list[SlashCommandRow] | None = None
    totals_by_plugin: list[PluginRow] | None = None
    ai_adoption_phase: Phase | None = None


class MembershipRow(Struct, kw_only=True, gc=False):
    """One person in one team on one day."""

    user_id: Identity
    team_id: Identity
    slug: str
    day: str | None = None
    organization_id: Identity | None = None
    enterprise_id: Identity | None = None


FLAGS = tuple(name for name in UserRow.__struct_fields__ if name.startswith("used_"))

users = Decoder(UserRow)
whole_users = Decoder(WholeUserRow)
memberships = Decoder(MembershipRow)


def is_active(row: UserRow) -> bool:
    """A prompt, a generation, or a `used_…` flag; a review that nobody asked for, or mere credits, is no activity."""
    return bool(
        0 < row.user_initiated_interaction_count < ABSENT
        or 0 < row.code_generation_activity_count < ABSENT
        or row.used_chat
        or row.used_agent
        or row.used_cli
        or row.used_copilot_coding_agent
        or row.used_copilot_cloud_agent
        or row.used_copilot_app
        or row.used_vscode_agent
        or row.used_copilot_code_review_active
    )


def identity(value: Identity) -> Identity:
    """An id, however it was written: digits are a number."""
    return int(value) if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 20 else value
