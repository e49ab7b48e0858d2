"""The rows of the users and user-teams reports, typed: the one declaration of what the team join reads and adds up.

Only fields that are declared here are decoded at all. A field with the default `ABSENT` is a figure, which is summed
over people; a field of an array's row that has no default says what the row is about.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from msgspec import Meta, Struct, inspect
from msgspec.json import Decoder

from copilot_usage.parsers.fields import LARGEST

# A figure that a row does not have. No sum of figures reaches it (2**53 times 2**40 rows do not), so that a sum of
# figures tells, above this bit, how many were absent, without a check per figure.
ABSENT = 1 << 96

Count = Annotated[int, Meta(ge=0, le=LARGEST)]
Credits = Annotated[float, Meta(ge=0, le=LARGEST)]
Identity = int | str


class Six(Struct, kw_only=True, gc=False):
    """The counters that every row by language, model, feature or IDE has."""

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
    ide: str


class FeatureRow(Seven, kw_only=True, gc=False):
    feature: str


class LanguageFeatureRow(Six, kw_only=True, gc=False):
    language: str
    feature: str


class LanguageModelRow(Six, kw_only=True, gc=False):
    language: str
    model: str


class ModelFeatureRow(Seven, kw_only=True, gc=False):
    model: str
    feature: str


class Tokens(Struct, kw_only=True, gc=False):
    output_tokens_sum: Count = ABSENT
    prompt_tokens_sum: Count = ABSENT


_NO_TOKENS = Tokens()


class Sessions(Struct, kw_only=True, gc=False):
    """What the CLI, or the Copilot app, did."""

    session_count: Count = ABSENT
    request_count: Count = ABSENT
    prompt_count: Count = ABSENT
    token_usage: Tokens | None = None

    def __post_init__(self) -> None:
        self.token_usage = self.token_usage or _NO_TOKENS


class AgentsWindow(Struct, kw_only=True, gc=False):
    session_count: Count = ABSENT
    total_user_messages: Count = ABSENT


class AgentRow(Struct, kw_only=True, gc=False):
    agent_id: Identity
    agent_name: str | None = None
    user_initiated_interaction_count: Count = ABSENT

    def __post_init__(self) -> None:
        self.agent_id = str(self.agent_id)


class Uses(Struct, kw_only=True, gc=False):
    interaction_count: Count = ABSENT


class SkillRow(Uses, kw_only=True, gc=False):
    skill: str


class CustomAgentRow(Uses, kw_only=True, gc=False):
    custom_agent: str


class McpRow(Uses, kw_only=True, gc=False):
    mcp: str


class SlashCommandRow(Uses, kw_only=True, gc=False):
    slash_cmd: str


class PluginRow(Uses, kw_only=True, gc=False):
    plugin: str


class Phase(Struct, kw_only=True, gc=False):
    """An adoption phase, with the version of GitHub's rules for it."""

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


ASKED_FOR_REVIEW, WAS_REVIEWED = "used_copilot_code_review_active", "used_copilot_code_review_passive"
# Flag of a person → the figure of a day that counts these people. The cloud agent has a new and an old flag.
PEOPLE = {
    "used_cli": "daily_active_cli_users",
    "used_copilot_app": "daily_active_copilot_app_users",
    "used_vscode_agent": "daily_active_vscode_agent_users",
    "used_copilot_cloud_agent": "daily_active_copilot_cloud_agent_users",
    "used_copilot_coding_agent": "daily_active_copilot_cloud_agent_users",
    ASKED_FOR_REVIEW: "daily_active_copilot_code_review_users",
    WAS_REVIEWED: "daily_passive_copilot_code_review_users",
}

_activity_flags_of = attrgetter(
    *(name for name in UserRow.__struct_fields__ if name.startswith("used_") and name != WAS_REVIEWED)
)


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


users = Decoder(UserRow)
whole_users = Decoder(WholeUserRow)
memberships = Decoder(MembershipRow)


def alternatives(kind: inspect.Type) -> list[inspect.Type]:
    """The types that a field can have besides null."""
    types = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return [each for each in types if not isinstance(each, inspect.NoneType)]


def is_active(row: UserRow) -> bool:
    """A prompt, a generation, or a `used_…` flag; not a review that the person did not ask for, nor mere credits."""
    return bool(
        0 < row.user_initiated_interaction_count < ABSENT
        or 0 < row.code_generation_activity_count < ABSENT
        or any(_activity_flags_of(row))
    )


def identity(value: Identity) -> Identity:
    """An id, however it was written: digits are a number."""
    return int(value) if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 20 else value
