"""The sizes of pages as people call them."""

from storybook.press.formats import load_format


def called(name: str) -> str:
    """A format in words.

    >>> called("square-8.5")
    'Square, 8.5 × 8.5 in'
    """
    form = load_format(name)
    width, height = form.width_in, form.height_in
    shape = "Square" if width == height else "Tall" if width < height else "Wide"
    return f"{shape}, {width:g} × {height:g} in"
