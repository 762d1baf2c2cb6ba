"""What readers see: pages, feeds, and how they are published."""
