"""What usage means: scopes, days, figures. No network, no files, no clock."""
