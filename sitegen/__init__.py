"""sitegen turns the footage of a small CCTV system into a website made of plain files.

Nothing is imported here: what Motion calls must start in milliseconds.
"""
