"""The inputs and outputs of the action: the one table that action.yml, the flags and the README are held against."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = "What everyone needs"
RANGE = "Days"
SHOWN = "What is shown"
HISTORY = "History"
FILES = "Files and alerts"
RUN = "The run"


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the action and a flag of the command.

    `absent`: in words, what not giving it means; `several`: takes a list, so that its flag can be repeated.
    """

    name: str
    group: str
    absent: str
    meaning: str
    metavar: str = "TEXT"
    flag: bool = False
    secret: bool = False
    several: bool = False


INPUTS: tuple[Input, ...] = (
    Input(
        "token",
        FIRST,
        "an error, except with `demo` or `api: snapshots`",
        "The token that reads Copilot usage. Never used to write.",
        "TOKEN",
        secret=True,
    ),
    Input(
        "org",
        FIRST,
        "the owner of the workflow's repository, if no `enterprise` is given",
        "One or more organization logins.",
        "LOGINS",
        several=True,
    ),
    Input("enterprise", FIRST, "no enterprise", "One or more enterprise slugs.", "SLUGS", several=True),
    Input(
        "team",
        FIRST,
        "no team",
        "One or more team slugs of each organization (or of the enterprise). `*` is every team that GitHub reports.",
        "SLUGS",
        several=True,
    ),
    Input(
        "snapshot-repository",
        FIRST,
        "nothing is committed",
        "The repository, `owner/name`, that snapshots are committed to.",
        "OWNER/NAME",
    ),
    Input(
        "scope",
        RANGE,
        "from what is given: `enterprise`, else `organization`; with `team`: `enterprise-team`, else `team`",
        "`organization`, `team`, `enterprise` or `enterprise-team`.",
        "SCOPE",
    ),
    Input("days", RANGE, "`28`, unless `since` or `until` is given", "The most recent N published days.", "N"),
    Input(
        "since",
        RANGE,
        "`days` decides",
        "The first day, `YYYY-MM-DD` or an ISO 8601 timestamp (its UTC date).",
        "DAY",
    ),
    Input("until", RANGE, "the newest published day", "The last day, included. Written like `since`.", "DAY"),
    Input(
        "api",
        RANGE,
        "`auto`",
        "`reports` (live; what `auto` asks), `metrics` or `usage` (retired on github.com, still asked when named), "
        "`snapshots` (nothing is asked: from the stored history alone).",
        "GENERATION",
    ),
    Input(
        "compare",
        RANGE,
        "`true`",
        "Show the change against the previous range. Its days are fetched where they are not stored "
        "(teams: only what is stored).",
        "BOOLEAN",
        flag=True,
    ),
    Input("seats", SHOWN, "`true`", "Include seats: assigned, active, idle, cost.", "BOOLEAN", flag=True),
    Input(
        "idle-days",
        SHOWN,
        "`30`",
        "A seat with no activity for at least this many days is idle. Younger seats are new, not idle. "
        "GitHub forgets activity after 90 days, so a larger number counts as 90.",
        "N",
    ),
    Input(
        "seat-price",
        SHOWN,
        "by the seat's plan",
        "Price of a seat per month in USD, for the cost of idle seats.",
        "USD",
    ),
    Input(
        "people",
        SHOWN,
        "`none`",
        "How people appear on the page and in files: `none` is counts only, `logins` is by name. "
        "Snapshots never hold people.",
        "MODE",
    ),
    Input(
        "templates",
        SHOWN,
        "the built-in page",
        "A folder in the workspace whose templates override the built-in ones, block by block.",
        "FOLDER",
    ),
    Input(
        "snapshot-branch", HISTORY, "`copilot-usage`", "The branch for snapshots. Created if it is missing.", "BRANCH"
    ),
    Input(
        "snapshot-directory",
        HISTORY,
        "`snapshots`",
        "The folder in that branch. Given without `snapshot-repository`: a local folder.",
        "FOLDER",
    ),
    Input(
        "snapshot-token",
        HISTORY,
        "`${{ github.token }}`",
        "The token that commits snapshots. The only one that ever writes.",
        "TOKEN",
        secret=True,
    ),
    Input("summary-file", FILES, "no file", "Also write the page here, as Markdown.", "FILE"),
    Input("json-file", FILES, "no file", "Also write the figures here, as one JSON document.", "FILE"),
    Input("csv-file", FILES, "no file", "Also write the figures here, as tidy CSV.", "FILE"),
    Input(
        "alert-when",
        FILES,
        "no alerts",
        "Thresholds, one per line: `<figure> <comparison> <number>`, such as `active-users change < -20%`.",
        "THRESHOLDS",
        several=True,
    ),
    Input(
        "timeout-minutes",
        RUN,
        "`30`",
        "For the whole run, waiting for rate limits included.",
        "MINUTES",
    ),
    Input(
        "demo",
        RUN,
        "`false`",
        "An invented organization: no token, no network, and nothing is kept.",
        "BOOLEAN",
        flag=True,
    ),
)

OUTPUTS: dict[str, str] = {
    "since": "First day of the range shown.",
    "until": "Last day of the range shown.",
    "days": "Number of days with data.",
    "missing-days": "Number of days without data up to the newest published day; later days are not published yet.",
    "active-users": "Distinct active people of the range, where that is known, else empty.",
    "acceptance-rate": "Completions accepted, per cent with one decimal.",
    "headline": "One line of plain text, ready for a chat message.",
    "alerts": "JSON array of the alerts that fired.",
    "summary-file": "Path of the Markdown file, if one was asked for.",
    "json-file": "Path of the JSON file, if one was asked for.",
    "csv-file": "Path of the CSV file, if one was asked for.",
    "snapshot-commit": "The last commit of snapshots made by this run.",
    "snapshots-written": "Number of days of usage written to the history, each scope's by itself; seats are none.",
}
