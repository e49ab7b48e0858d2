"""One run's wishes, checked."""
