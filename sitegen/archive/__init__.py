"""What was captured: sidecars, names, scan, index."""
