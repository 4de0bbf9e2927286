"""What the pages of a PDF look like: drawn small, to be seen on a screen."""

from io import BytesIO


def drawn_pages(pdf: bytes, width_px: int) -> list[bytes]:
    """Every sheet of a PDF as a WebP, so wide."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_drawn(page, width_px) for page in document]
    finally:
        document.close()


def _drawn(page: object, width_px: int) -> bytes:
    picture = page.render(scale=width_px / page.get_width()).to_pil().convert("RGB")
    file = BytesIO()
    picture.save(file, "WEBP", quality=85, method=2)
    return file.getvalue()
