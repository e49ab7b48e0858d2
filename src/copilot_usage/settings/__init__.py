"""The table of inputs, and the checked settings of one run."""
