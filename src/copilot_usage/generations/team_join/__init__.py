"""The team join: an owner's people and their memberships → a day of each team, in the shape of an organization's."""
