"""The whole system with simulated cameras, on one machine."""
