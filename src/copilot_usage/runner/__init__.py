"""The only place that knows the Actions runner."""
