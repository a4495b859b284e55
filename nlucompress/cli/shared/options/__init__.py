"""Options: declared once in the stages, read from the command line."""
