"""Entry points: a step in a workflow, and a terminal."""
