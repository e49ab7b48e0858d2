"""One run, in its order: load, plan, fetch, save, report, publish."""
