"""The outer frame of a file: container, serializer and the sealed form."""
