"""What simulated cameras look at: still scenes of coloured boxes, and a visitor for each; data only.

All places and sizes are fractions of the picture, from its upper left corner.
"""

from __future__ import annotations

import msgspec

Box = tuple[float, float, float, float, str]
"""x, y, width, height, colour as ffmpeg writes it."""


class Visitor(msgspec.Struct, frozen=True):
    """What moves through the scene: boxes on a canvas, in fractions of that canvas."""

    y: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    steps: tuple[tuple[Box, ...], tuple[Box, ...]] = ((), ())
    """Two postures that take turns: legs, mostly."""


class Scene(msgspec.Struct, frozen=True):
    """A title, what stands still, and who comes by."""

    title: str
    backdrop: str
    boxes: tuple[Box, ...]
    visitor: Visitor


def _person(y: float, coat: str, trousers: str) -> Visitor:
    return Visitor(
        y=y,
        width=0.12,
        height=0.46,
        boxes=(
            (0.34, 0.0, 0.32, 0.17, "0xd9b08c"),
            (0.34, 0.0, 0.32, 0.06, "0x3b2a20"),
            (0.2, 0.17, 0.6, 0.42, coat),
        ),
        steps=(
            ((0.3, 0.59, 0.2, 0.41, trousers), (0.5, 0.59, 0.2, 0.41, trousers)),
            ((0.1, 0.59, 0.25, 0.41, trousers), (0.65, 0.59, 0.25, 0.41, trousers)),
        ),
    )


_VAN = Visitor(
    y=0.5,
    width=0.3,
    height=0.3,
    boxes=(
        (0.0, 0.0, 0.72, 0.82, "0xe8e6df"),
        (0.72, 0.3, 0.28, 0.52, "0xe8e6df"),
        (0.75, 0.36, 0.18, 0.2, "0x2d3b45"),
        (0.0, 0.42, 0.72, 0.12, "0xc0392b"),
        (0.12, 0.74, 0.16, 0.26, "0x111111"),
        (0.72, 0.74, 0.16, 0.26, "0x111111"),
    ),
)

SCENES: dict[str, Scene] = {
    "driveway": Scene(
        "Driveway",
        "0x8fa9bf",
        (
            (0.0, 0.3, 1.0, 0.7, "0x6f7f52"),
            (0.0, 0.12, 0.46, 0.48, "0xb9a58a"),
            (0.0, 0.06, 0.48, 0.08, "0x6b3f34"),
            (0.06, 0.2, 0.1, 0.14, "0x2f3c46"),
            (0.2, 0.2, 0.1, 0.14, "0x2f3c46"),
            (0.34, 0.28, 0.08, 0.32, "0x4a2f22"),
            (0.5, 0.22, 0.34, 0.36, "0xa8957c"),
            (0.54, 0.3, 0.26, 0.28, "0xd7d3c8"),
            (0.54, 0.38, 0.26, 0.01, "0x9c988d"),
            (0.54, 0.47, 0.26, 0.01, "0x9c988d"),
            (0.84, 0.26, 0.16, 0.34, "0x3f5a35"),
            (0.0, 0.6, 1.0, 0.4, "0x8d8b86"),
            (0.48, 0.58, 0.4, 0.42, "0x9d9a93"),
            (0.0, 0.92, 1.0, 0.08, "0x75736f"),
        ),
        _person(0.44, "0x1f4e8c", "0x22252a"),
    ),
    "yard": Scene(
        "Back yard",
        "0x9db4c0",
        (
            (0.0, 0.24, 1.0, 0.22, "0x7a5c3e"),
            (0.12, 0.24, 0.006, 0.22, "0x5d4630"),
            (0.28, 0.24, 0.006, 0.22, "0x5d4630"),
            (0.44, 0.24, 0.006, 0.22, "0x5d4630"),
            (0.6, 0.24, 0.006, 0.22, "0x5d4630"),
            (0.76, 0.24, 0.006, 0.22, "0x5d4630"),
            (0.0, 0.46, 1.0, 0.54, "0x587a3c"),
            (0.66, 0.14, 0.28, 0.42, "0x8a5a3a"),
            (0.64, 0.08, 0.32, 0.08, "0x40332b"),
            (0.76, 0.28, 0.09, 0.28, "0x2f2520"),
            (0.1, 0.05, 0.18, 0.28, "0x35552b"),
            (0.17, 0.3, 0.035, 0.2, "0x4f3826"),
            (0.3, 0.78, 0.34, 0.22, "0xa59a86"),
        ),
        _person(0.46, "0xf2d24b", "0x20283a"),
    ),
    "shop": Scene(
        "Shop",
        "0xcfc9bb",
        (
            (0.0, 0.0, 1.0, 0.08, "0xe6e2d8"),
            (0.0, 0.62, 1.0, 0.38, "0x7d7468"),
            (0.03, 0.14, 0.4, 0.5, "0x6b4d34"),
            (0.05, 0.18, 0.36, 0.1, "0xc58b3a"),
            (0.05, 0.32, 0.36, 0.1, "0x7f9a62"),
            (0.05, 0.46, 0.36, 0.1, "0xa54e41"),
            (0.5, 0.14, 0.2, 0.48, "0x8fb3c9"),
            (0.595, 0.14, 0.01, 0.48, "0x4c5a63"),
            (0.74, 0.46, 0.26, 0.28, "0x59402c"),
            (0.73, 0.43, 0.27, 0.04, "0xb29a78"),
            (0.84, 0.34, 0.08, 0.09, "0x20262b"),
        ),
        _person(0.48, "0x2f6b4f", "0x1d1f24"),
    ),
    "gate": Scene(
        "Gate",
        "0xa3b2bd",
        (
            (0.0, 0.34, 1.0, 0.2, "0x55703f"),
            (0.0, 0.52, 1.0, 0.48, "0x5f6163"),
            (0.0, 0.7, 1.0, 0.012, "0xc9c5b4"),
            (0.12, 0.2, 0.05, 0.36, "0x7c6a58"),
            (0.83, 0.2, 0.05, 0.36, "0x7c6a58"),
            (0.17, 0.3, 0.66, 0.02, "0x33373a"),
            (0.17, 0.46, 0.66, 0.02, "0x33373a"),
            (0.3, 0.3, 0.01, 0.18, "0x33373a"),
            (0.5, 0.3, 0.01, 0.18, "0x33373a"),
            (0.7, 0.3, 0.01, 0.18, "0x33373a"),
        ),
        _VAN,
    ),
}
