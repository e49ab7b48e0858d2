"""Three ways in which GitHub said it, read into one model; and the team join. Pure."""
