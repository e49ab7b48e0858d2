"""A fictional organization, and a GitHub on loopback that serves its reports, seats and bills."""
