"""Models of CRFsuite, binary and dumped."""
