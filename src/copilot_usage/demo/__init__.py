"""An invented organization, and a GitHub on loopback that serves it."""
