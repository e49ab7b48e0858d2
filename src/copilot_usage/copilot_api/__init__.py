"""GitHub's Copilot endpoints, as a `domain.ports.Source`."""
