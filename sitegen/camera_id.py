"""Which texts can be a camera's id; imports nothing (the hooks use it), touches nothing."""

_ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_LONGEST = 64


def is_camera_id(text: str) -> bool:
    """Say whether `text` can be a camera's id: it becomes part of paths and URLs."""
    return 0 < len(text) <= _LONGEST and _ALLOWED.issuperset(text) and text not in {".", ".."}
