"""The page in a terminal: coloured there, plain in a log, and how far a long work has come."""
