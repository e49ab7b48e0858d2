"""The inputs and outputs of the action; tests hold action.yml, the command's flags and the README to this table."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = "What everyone needs"
_RANGE = "Days"
_SHOWN = "What is shown"
_HISTORY = "History"
_FILES = "Files and alerts"
_RUN = "The run"


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the action and a flag of the command.

    `default`: in words; `several`: takes a list, so its flag can be repeated.
    """

    name: str
    group: str
    default: str
    meaning: str
    metavar: str = "TEXT"
    flag: bool = False
    several: bool = False


INPUTS: tuple[Input, ...] = (
    Input(
        "token",
        FIRST,
        "none; required, except with `demo` or `api: snapshots`",
        "The token that reads Copilot usage. It is never used to write.",
        "TOKEN",
    ),
    Input(
        "org",
        FIRST,
        "the owner of the workflow's repository, unless `enterprise` is given",
        "One or more organization logins.",
        "LOGINS",
        several=True,
    ),
    Input("enterprise", FIRST, "none", "One or more enterprise slugs.", "SLUGS", several=True),
    Input(
        "team",
        FIRST,
        "none",
        "One or more team slugs of each organization (or of the enterprise). `*` is every team that GitHub reports.",
        "SLUGS",
        several=True,
    ),
    Input(
        "snapshot-repository",
        FIRST,
        "none; nothing is committed",
        "The repository, `owner/name`, that snapshots are committed to.",
        "OWNER/NAME",
    ),
    Input(
        "scope",
        _RANGE,
        "follows from `org`, `enterprise` and `team`",
        "`organization`, `team`, `enterprise` or `enterprise-team`. Needed if both `org` and `enterprise` are given.",
        "SCOPE",
    ),
    Input("days", _RANGE, "`28`, unless `since` or `until` is given", "The most recent N published days.", "N"),
    Input(
        "since",
        _RANGE,
        "follows from `days`",
        "The first day, `YYYY-MM-DD` or an ISO 8601 timestamp (its UTC date).",
        "DAY",
    ),
    Input("until", _RANGE, "the newest published day", "The last day, included. The same format as `since`.", "DAY"),
    Input(
        "api",
        _RANGE,
        "`auto`",
        "`reports` (GitHub's live API; `auto` uses it), `metrics` or `usage` (retired on github.com, requested only if "
        "named), `snapshots` (the stored history alone, without requests to Copilot's API).",
        "GENERATION",
    ),
    Input(
        "compare",
        _RANGE,
        "`true`",
        "Show the change against the previous range. Its days are fetched if they are not stored "
        "(for teams, only stored days are used).",
        "BOOLEAN",
        flag=True,
    ),
    Input("seats", _SHOWN, "`true`", "Include seats: assigned, active, idle, cost.", "BOOLEAN", flag=True),
    Input(
        "idle-days",
        _SHOWN,
        "`30`",
        "A seat with no activity for at least this many days is idle. Younger seats are new, not idle. "
        "GitHub forgets activity after 90 days, so a larger number counts as 90.",
        "N",
    ),
    Input(
        "seat-price",
        _SHOWN,
        "the price of the seat's plan",
        "Price of a seat per month in USD, for the cost of idle seats.",
        "USD",
    ),
    Input(
        "people",
        _SHOWN,
        "`none`",
        "How people appear on the page and in files: `none` is counts only, `logins` is by name. "
        "Snapshots never contain people.",
        "MODE",
    ),
    Input(
        "templates",
        _SHOWN,
        "the built-in page",
        "A folder in the workspace whose templates override the built-in ones, block by block.",
        "FOLDER",
    ),
    Input(
        "snapshot-branch",
        _HISTORY,
        "`copilot-usage`",
        "The branch for snapshots. It is created if it does not exist.",
        "BRANCH",
    ),
    Input(
        "snapshot-directory",
        _HISTORY,
        "`snapshots`",
        "The folder in that branch. Without `snapshot-repository`: a local folder that keeps the snapshots.",
        "FOLDER",
    ),
    Input(
        "snapshot-token",
        _HISTORY,
        "the workflow's own token",
        "The token that commits snapshots. No other token is used to write.",
        "TOKEN",
    ),
    Input("summary-file", _FILES, "none", "Also write the page to this file, as Markdown.", "FILE"),
    Input("json-file", _FILES, "none", "Also write the figures to this file, as one JSON document.", "FILE"),
    Input("csv-file", _FILES, "none", "Also write the figures to this file, as tidy CSV.", "FILE"),
    Input(
        "alert-when",
        _FILES,
        "none",
        "Thresholds, one per line: `<figure> <comparison> <number>`, such as `active-users change < -20%`.",
        "THRESHOLDS",
        several=True,
    ),
    Input("timeout-minutes", _RUN, "`30`", "Time limit of the whole run, including waits for rate limits.", "MINUTES"),
    Input(
        "demo",
        _RUN,
        "`false`",
        "Show a fictional organization. Needs no token and no network, and stores nothing.",
        "BOOLEAN",
        flag=True,
    ),
)

OUTPUTS: dict[str, str] = {
    "since": "First day of the range shown.",
    "until": "Last day of the range shown.",
    "days": "Number of days with data.",
    "missing-days": "Number of days without data, from the first day that GitHub can have to the newest published day. "
    "With several owners, a day counts if any of them lacks it. Teams of one owner lack a day only if none has it.",
    "active-users": "Distinct active people of the range if known, else empty.",
    "acceptance-rate": "Accepted completions in per cent of those shown, with one decimal.",
    "headline": "One line of plain text, ready for a chat message.",
    "alerts": "JSON array of the alerts that fired.",
    "summary-file": "Path of the Markdown file, if one was written.",
    "json-file": "Path of the JSON file, if one was written.",
    "csv-file": "Path of the CSV file, if one was written.",
    "snapshot-commit": "The last commit of snapshots made by this run.",
    "snapshots-written": "Number of days of usage written to the history, added up over scopes. Seats do not count.",
}
