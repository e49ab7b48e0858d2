"""The README of a history: what is stored and how to read it. A function of the month files' paths alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation
from copilot_usage.snapshots.layout import MonthFile, inside

README = "README.md"
_MARK = "<!-- Written by Copilot Usage Report, and again whenever months are added: changes made here are lost. -->"


def is_ours(text: bytes) -> bool:
    """Whether this product wrote a README, in whatever version."""
    return text.startswith(_MARK.encode())


def readme_places(paths: Collection[str], directory: str) -> tuple[str, ...]:
    """Where the README can be, best first; `paths`: the names at the branch's root, and READMEs in the directory.

    A branch that holds nothing but snapshots shows it at its root. One that holds other files too has its own README
    there, or can get one; then this one is in the directory.
    """
    beside = inside(directory, README)
    alone = all(path in {directory.partition("/")[0], README} for path in paths)
    if beside in paths or not (alone or README in paths):
        return (beside,)
    return tuple(dict.fromkeys((README, beside)))


def render_readme(files: Iterable[MonthFile], directory: str) -> str:
    """The README for these files; `directory`: their path, seen from the README (empty: beside it)."""
    text = _TEXT.replace("snapshots/", inside(directory, ""))
    return f"{_MARK}\n{text.replace('(rows)', ''.join(_rows(files)))}"


def _rows(files: Iterable[MonthFile]) -> Iterator[str]:
    ordered = sorted(set(files), key=lambda file: (*_series(file), file.month))
    for (scope, generation), group in groupby(ordered, key=_series):
        months = [file.month for file in group]
        gaps = ", ".join(_gaps(months)) or "none"
        yield f"\n| {scope.kind} | `{scope.name}` | {generation} | {months[0]} | {months[-1]} | {gaps} |"


def _series(file: MonthFile) -> tuple[Scope, Generation]:
    return file.scope, file.generation


def _gaps(months: Sequence[str]) -> Iterator[str]:
    """The months between the first and the last without a file, neighbours as a span."""
    for before, after in pairwise(sorted(_number(month) for month in months)):
        if after - before == 2:
            yield _month(before + 1)
        elif after - before > 2:
            yield f"{_month(before + 1)} to {_month(after - 1)}"


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _month(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


_TEXT = """\
# A history of GitHub Copilot usage

What GitHub said about Copilot usage, day by day, as it said it: counts of organizations, enterprises and their teams.
No people are inside, neither names nor numbers that stand for them.

## What is stored

| scope | name | what | first month | last month | months without a file |
|:--|:--|:--|:--|:--|:--|(rows)

## How it is laid out

`snapshots/<what>/<scope>/<name>/<year>-<month>.ndjson`: a month a file, a day a line, sorted by day.
`reports`, `metrics` and `usage` are the three ways in which GitHub has published usage; `seats` is counted once a day.
Each line is a JSON object:

| key | meaning |
|:--|:--|
| `day` | the UTC day |
| `scope`, `name`, `generation` | the same as in the path |
| `schema` | the version of this format; it grows when older programs would misread a line |
| `settled` | `false`: GitHub may still change the day, and it will be asked for again |
| `status` | `ok`, or `no-report`: GitHub has none of this day |
| `document` | what GitHub said of the day; of a team: the sum over its members, in the shape of an organization's day |
| `trailing` | of teams: distinct active people of the 7 and of the 28 days up to this one |

Each commit holds what was new or had changed, so `git log -p` shows what GitHub changed afterwards.

## How to read it

From the folder that this file lies in. With [jq](https://jqlang.org):

```sh
jq -r 'select(.status == "ok") | [.day, .name, .document.daily_active_users] | @tsv' \\
  snapshots/reports/organization/*/*.ndjson
```

With [DuckDB](https://duckdb.org): active people, and which days are there.

```sql
SELECT day, name, CAST(document ->> 'daily_active_users' AS INTEGER) AS daily_active_users
FROM read_json('snapshots/reports/**/*.ndjson', format = 'newline_delimited',
               columns = {day: 'DATE', name: 'VARCHAR', status: 'VARCHAR', document: 'JSON'})
WHERE status = 'ok' ORDER BY name, day;
```

```sql
SELECT generation, scope, name, min(day) AS first_day, max(day) AS last_day,
       date_diff('day', min(day), max(day)) + 1 - count(*) AS days_missing
FROM read_json('snapshots/**/*.ndjson', format = 'newline_delimited',
               columns = {day: 'DATE', scope: 'VARCHAR', name: 'VARCHAR', generation: 'VARCHAR', status: 'VARCHAR'})
WHERE status = 'ok' GROUP BY ALL ORDER BY ALL;
```

With [pandas](https://pandas.pydata.org):

```python
import json
from pathlib import Path

import pandas

texts = (path.read_text(encoding="utf-8") for path in sorted(Path("snapshots/reports").glob("**/*.ndjson")))
days = [json.loads(line) for text in texts for line in text.split("\\n") if line]
table = pandas.json_normalize([day for day in days if day["status"] == "ok"], max_level=1)
print(table.pivot_table(index="day", columns="name", values="document.daily_active_users"))
```
"""
