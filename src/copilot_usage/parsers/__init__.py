"""Parsers of GitHub's documents, of all three API generations, into one model. Pure."""
