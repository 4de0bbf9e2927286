"""An EPUB 3: a zip of XHTML documents, what they show, and when which word is heard.

EPUB 3.3 with media overlays and EPUB Accessibility 1.1's metadata. Whether it conforms to WCAG is
not claimed: that is for a person to certify.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from typing import Literal

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
NAMESPACES = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
IBOOKS = "http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/"
MEDIA_TYPES = {"jpg": "image/jpeg", "woff": "font/woff", "css": "text/css", "mp3": "audio/mpeg"}
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What no document of XML may hold."""
LIT = "lit"
"""The class of a word while it is heard."""
FEATURES = (
    "alternativeText",
    "readingOrder",
    "tableOfContents",
    "pageNavigation",
    "pageBreakMarkers",
)

Side = Literal["", "left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Overlay:
    """How a document is read aloud: an MP3, and begin and end in seconds of each element's part."""

    mp3: bytes
    parts: Sequence[tuple[str, float, float]]
    """Of the element with this id; each part begins where the one before it ends."""

    @property
    def seconds(self) -> float:
        return sum(end - begin for _, begin, end in self.parts)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the spine; `body` is XHTML, and may show what `Publication.files` holds."""

    name: str
    title: str
    body: str
    sort: Literal["cover", "titlepage", "bodymatter", "backmatter", "decoration"] = "bodymatter"
    page: int | None = None
    """The number of a story page; its `body` has an element with the id `page`."""
    side: Side = ""
    """Where it lies in an open book of fixed pages."""
    overlay: Overlay | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """All that an EPUB is made of."""

    title: str
    about: str
    language: str
    identifier: str
    """A URN that no other book has."""
    modified: datetime
    documents: Sequence[Document]
    style: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What documents and styles name, by its name."""
    cover: str | None = None
    """Which of the files is the cover's picture."""
    size: tuple[float, float] | None = None
    """Width and height of fixed pages, in CSS pixels; None: the text flows."""
    leftwards: bool = False
    """Whether pages are turned to the right, as where writing goes from right to left."""


def pack(book: Publication) -> bytes:
    """The EPUB's bytes; equal publications give equal bytes."""
    files: dict[str, bytes] = {"book.css": book.style.encode(), **book.files}
    files |= {f"{each.name}.xhtml": _document(book, each).encode() for each in book.documents}
    files["nav.xhtml"] = _navigation(book).encode()
    for each in book.documents:
        if each.overlay:
            files[f"{each.name}.mp3"] = each.overlay.mp3
            files[f"{each.name}.smil"] = _smil(each.name, each.overlay).encode()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _put(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", CONTAINER.encode())
        _put(archive, "EPUB/book.opf", _package(book, files).encode())
        for name, data in files.items():
            pressed = name.endswith((".jpg", ".mp3", ".woff"))
            kind = zipfile.ZIP_STORED if pressed else zipfile.ZIP_DEFLATED
            _put(archive, f"EPUB/{name}", data, kind)
    return packed.getvalue()


def _put(
    archive: zipfile.ZipFile, name: str, data: bytes, kind: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name)  # of 1980: a zip's times have no time zone, and tell nobody
    entry.compress_type, entry.external_attr = kind, 0o644 << 16
    archive.writestr(entry, data)


def _document(book: Publication, document: Document) -> str:
    viewport = ""
    if book.size:
        width, height = book.size
        viewport = f'<meta name="viewport" content="width={width:g}, height={height:g}"/>'
    return _xhtml(book, document.title, document.body, viewport, _direction(book))


def _xhtml(book: Publication, title: str, body: str, head: str = "", attributes: str = "") -> str:
    language = escape(book.language)
    return NO_XML.sub(
        "",
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html {NAMESPACES} '
        f'lang="{language}" xml:lang="{language}"{attributes}>\n'
        f'<head><meta charset="utf-8"/><title>{escape(title)}</title>{head}'
        f'<link rel="stylesheet" href="book.css"/></head>\n<body>{body}</body></html>\n',
    )


def _direction(book: Publication) -> str:
    return ' dir="rtl"' if book.leftwards else ""


def _navigation(book: Publication) -> str:
    """Contents, the list of pages, and where the cover and the story begin."""
    listed = [each for each in book.documents if each.sort != "decoration"]
    pages = [each for each in listed if each.page is not None]
    landmarks = {each.sort: each for each in reversed(listed)}
    contents = "".join(_entry(each, each.title) for each in listed)
    numbers = "".join(_entry(each, str(each.page), "#page") for each in pages)
    places = "".join(
        f'<li><a epub:type="{sort}" href="{each.name}.xhtml">{escape(each.title)}</a></li>'
        for sort, each in reversed(landmarks.items())
    )
    body = (
        f'<nav epub:type="toc" id="toc"><h1>{escape(book.title)}</h1><ol>{contents}</ol></nav>'
        f'<nav epub:type="page-list" hidden="hidden"><ol>{numbers}</ol></nav>'
        f'<nav epub:type="landmarks" hidden="hidden"><ol>{places}</ol></nav>'
    )
    return _xhtml(book, book.title, body, attributes=_direction(book))


def _entry(document: Document, text: str, part: str = "") -> str:
    return f'<li><a href="{document.name}.xhtml{part}">{escape(text)}</a></li>'


def _smil(name: str, overlay: Overlay) -> str:
    parts = "".join(
        f'<par id="part-{number}"><text src="{name}.xhtml#{part}"/>'
        f'<audio src="{name}.mp3" clipBegin="{begin:.3f}s" clipEnd="{end:.3f}s"/></par>'
        for number, (part, begin, end) in enumerate(overlay.parts, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<smil xmlns="http://www.w3.org/ns/SMIL" '
        'xmlns:epub="http://www.idpf.org/2007/ops" version="3.0"><body>'
        f'<seq id="whole" epub:textref="{name}.xhtml">{parts}</seq></body></smil>\n'
    )


def _package(book: Publication, files: Mapping[str, bytes]) -> str:
    names = {each.name: each for each in book.documents}
    items = "".join(
        f'<item id="{_id(name)}" href="{name}" media-type="{_media_type(name)}"'
        f"{_properties(book, name, data)}{_overlaid(name, names)}/>"
        for name, data in files.items()
    )
    spine = "".join(
        f'<itemref idref="{_id(each.name + ".xhtml")}"{_side(each.side)}/>'
        for each in book.documents
    )
    turning = ' page-progression-direction="rtl"' if book.leftwards else ""
    language, metadata = escape(book.language), "\n".join(_metadata(book))
    return NO_XML.sub(
        "",
        '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" '
        f'version="3.0" unique-identifier="book" xml:lang="{language}" '
        f'prefix="ibooks: {IBOOKS}"{_direction(book)}>\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{metadata}\n'
        f"</metadata>\n<manifest>{items}</manifest>\n<spine{turning}>{spine}</spine></package>\n",
    )


def _metadata(book: Publication) -> Iterator[str]:
    """Who it is, how it is laid, and what somebody who cannot see or hear gets of it."""
    yield f'<dc:identifier id="book">{escape(book.identifier)}</dc:identifier>'
    yield f"<dc:title>{escape(book.title)}</dc:title>"
    yield f"<dc:language>{escape(book.language)}</dc:language>"
    yield "<dc:creator>Made with Storybook</dc:creator>"
    yield f"<dc:description>{escape(book.about)}</dc:description>"
    stamp = f"{book.modified.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield f'<meta property="dcterms:modified">{stamp}</meta>'
    yield '<meta property="ibooks:specified-fonts">true</meta>'
    if book.size:
        yield '<meta property="rendition:layout">pre-paginated</meta>'
        yield '<meta property="rendition:spread">landscape</meta>'
    overlays = {each.name: each.overlay for each in book.documents if each.overlay}
    for name, overlay in overlays.items():
        refines = f' refines="#{_id(f"{name}.smil")}"'
        yield f'<meta property="media:duration"{refines}>{overlay.seconds:.3f}s</meta>'
    if overlays:
        whole = sum(overlay.seconds for overlay in overlays.values())
        yield f'<meta property="media:duration">{whole:.3f}s</meta>'
        yield f'<meta property="media:active-class">{LIT}</meta>'
    yield from _accessibility(bool(overlays), fixed=book.size is not None)


def _accessibility(aloud: bool, *, fixed: bool) -> Iterator[str]:
    modes = ("textual", "visual", "auditory") if aloud else ("textual", "visual")
    features = (*FEATURES, "synchronizedAudioText") if aloud else FEATURES
    features = features if fixed else (*features, "displayTransformability")
    summary = "Each picture is told in a sentence; the text is live, in reading order."
    properties = (
        *(("accessMode", mode) for mode in modes),
        ("accessModeSufficient", "textual"),
        ("accessModeSufficient", "textual,visual"),
        *(("accessibilityFeature", feature) for feature in features),
        ("accessibilityHazard", "none"),
        (
            "accessibilitySummary",
            f"{summary} {'All pages are read aloud, word by word. ' if aloud else ''}"
            + (
                "Its pages have a fixed size: for larger letters there is an edition that flows."
                if fixed
                else "Letters can be as large as the reader likes."
            ),
        ),
    )
    for name, value in properties:
        yield f'<meta property="schema:{name}">{value}</meta>'


def _properties(book: Publication, name: str, data: bytes) -> str:
    if name == "nav.xhtml":
        return ' properties="nav"'
    if name == book.cover:
        return ' properties="cover-image"'
    return ' properties="svg"' if name.endswith(".xhtml") and b"<svg" in data else ""


def _overlaid(name: str, documents: Mapping[str, Document]) -> str:
    document = documents.get(name.removesuffix(".xhtml"))
    if document is None or document.overlay is None:
        return ""
    return f' media-overlay="{_id(f"{document.name}.smil")}"'


def _side(side: Side) -> str:
    prefix = "rendition:" if side == "center" else ""
    return f' properties="{prefix}page-spread-{side}"' if side else ""


def _media_type(name: str) -> str:
    kind = name.rpartition(".")[2]
    types = MEDIA_TYPES | {"xhtml": "application/xhtml+xml", "smil": "application/smil+xml"}
    return types[kind]


def _id(name: str) -> str:
    return name.replace(".", "-")
