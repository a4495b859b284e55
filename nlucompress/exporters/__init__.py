"""Model to foreign formats: one file per format, each giving the bytes of a file in pieces."""
