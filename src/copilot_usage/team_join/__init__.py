"""The documented join of user rows and team memberships into days of teams. Pure."""
