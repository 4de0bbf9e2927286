"""The last touch to a printer's PDF: its version, what it says of itself, its colour profile.

PDF/X-1a:2001 and PDF/X-3:2002 are ISO 15930-1 and -3, PDF/X-4 is ISO 15930-7.
"""

from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID
from xml.sax.saxutils import escape

from storybook.press.inks import Inks
from storybook.press.printers import Flavour, Printer

VERSIONS: dict[Flavour, str] = {
    "plain": "1.4",
    "PDF/X-1a:2001": "1.3",
    "PDF/X-3:2002": "1.3",
    "PDF/X-4": "1.6",
}
THEN = datetime(2000, 1, 1, tzinfo=UTC)
"""Equal books give equal bytes: reportlab's own date of such files."""
XMP_X4 = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:MetadataDate>{date}</xmp:MetadataDate><xmp:CreatorTool>{tool}</xmp:CreatorTool>
<pdf:Trapped>False</pdf:Trapped>
<xmpMM:DocumentID>uuid:{uuid}</xmpMM:DocumentID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass><xmpMM:VersionID>1</xmpMM:VersionID>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def finished(pdf: bytes, printer: Printer, *, title: str, tool: str, inks: Inks | None) -> bytes:
    """The PDF as a printer takes it; equal arguments give equal bytes."""
    import pikepdf

    flavour = printer.file.flavour
    with pikepdf.open(BytesIO(pdf)) as opened:
        for key in ("/Outlines", "/PageMode", "/Metadata"):
            if key in opened.Root:
                del opened.Root[key]
        for key in list(opened.docinfo):
            del opened.docinfo[key]
        if flavour != "plain":
            _describe(opened, flavour, title, tool)
            assert inks is not None, "a printer that wants PDF/X names a profile"
            opened.Root.OutputIntents = pikepdf.Array([_intent(opened, printer, inks)])
        for page in opened.pages:
            if "/TrimBox" not in page.obj:
                page.obj.TrimBox = page.obj.MediaBox
        file = BytesIO()
        opened.save(
            file,
            force_version=VERSIONS[flavour],
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            fix_metadata_version=False,
        )
    return file.getvalue()


def _describe(pdf: object, flavour: Flavour, title: str, tool: str) -> None:
    """What a file of PDF/X has to say of itself."""
    import pikepdf

    date = THEN.strftime("D:%Y%m%d%H%M%S+00'00'")
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Creator"] = tool
    pdf.docinfo["/Producer"] = tool
    pdf.docinfo["/CreationDate"] = date
    pdf.docinfo["/ModDate"] = date
    pdf.docinfo["/Trapped"] = pikepdf.Name("/False")
    if flavour == "PDF/X-1a:2001":
        pdf.docinfo["/GTS_PDFXVersion"] = "PDF/X-1:2001"
        pdf.docinfo["/GTS_PDFXConformance"] = flavour
    elif flavour == "PDF/X-3:2002":
        pdf.docinfo["/GTS_PDFXVersion"] = flavour
    else:
        uuid = UUID(bytes=title.encode()[:16].ljust(16, b"-"), version=4)
        text = XMP_X4.format(
            date=THEN.isoformat(), title=escape(title), tool=escape(tool), uuid=uuid
        )
        stream = pikepdf.Stream(pdf, text.encode())
        stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
        pdf.Root.Metadata = pdf.make_indirect(stream)


def _intent(pdf: object, printer: Printer, inks: Inks) -> object:
    import pikepdf

    profile = pikepdf.Stream(pdf, inks.profile)
    profile.N = 4
    condition = printer.colour.condition
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent,
            S=pikepdf.Name("/GTS_PDFX"),
            OutputCondition=condition,
            OutputConditionIdentifier=condition,
            RegistryName="http://www.color.org",
            Info=condition,
            DestOutputProfile=pdf.make_indirect(profile),
        )
    )
