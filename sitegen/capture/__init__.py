"""What makes clips: hooks, the segment recorder, adoption."""
