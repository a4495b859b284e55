"""Models of Apache OpenNLP."""
