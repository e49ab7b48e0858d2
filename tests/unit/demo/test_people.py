"""Fictional people are always the same."""

from __future__ import annotations

from copilot_usage.demo.people import make_people, team_slugs


def test_the_same_seed_makes_the_same_people() -> None:
    assert make_people(30, 4, "a") == make_people(30, 4, "a")
    assert make_people(30, 4, "a") != make_people(30, 4, "b")


def test_each_person_has_a_login_and_a_number_of_their_own() -> None:
    people = make_people(300, 9, "a")
    assert len({person.login for person in people}) == len({person.user_id for person in people}) == 300


def test_more_teams_than_names_are_numbered() -> None:
    assert len(set(team_slugs(40))) == 40
