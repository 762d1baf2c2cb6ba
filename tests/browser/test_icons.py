"""The theme's icons: PNGs of the sizes they are named after, drawn from icon.svg."""

import base64
import struct

import pytest
from icons import ASSETS, ICONS, draw

APART = """async ([one, other, size]) => {
    const pixels = async (data) => {
        const image = new Image();
        image.src = "data:image/png;base64," + data;
        await image.decode();
        const canvas = new OffscreenCanvas(size, size), context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, size, size).data;
    };
    const [a, b] = [await pixels(one), await pixels(other)];
    return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length;
}"""


@pytest.mark.parametrize("name", ICONS)
def test_icons_are_drawn_from_the_svg(chromium, name):
    """What is committed is what `python tests/icons.py` draws, but for the rounding of another Chromium."""
    data = (ASSETS / name).read_bytes()
    size = ICONS[name][0]
    assert struct.unpack(">II", data[16:24]) == (size, size)
    texts = [base64.b64encode(one).decode() for one in (data, draw(chromium, name))]
    page = chromium.new_page()
    assert page.evaluate(APART, [*texts, size]) < 1
    page.close()
