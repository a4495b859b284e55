"""Foreign formats to Model: one file per format, read from paths and from streams alike."""
