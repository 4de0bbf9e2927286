"""Small books for printers: pictures of a few pixels, and printers that do not mind."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from storybook.authoring.pressing import PrintJob, press
from storybook.book.printing import PressOptions, words_of
from storybook.config import BindSettings
from storybook.press.endpage import Facts
from storybook.press.findings import PreflightFinding
from storybook.press.formats import load_format
from storybook.press.interior import Imprint, activities_of
from storybook.press.printers import load_printer
from storybook.records import Hero, Story
from storybook.stages.bind import PlatePage

FACTS = Facts(writer="w", painter="p", critic="c", enlarger="e", style="watercolour")
TEXT = "Biscuit ran to the garden and looked for the ball."


def failures(findings: Sequence[PreflightFinding]) -> list[PreflightFinding]:
    return [finding for finding in findings if finding.status == "fail"]


def plate(number: int, size_px: int = 96) -> bytes:
    """Sky over grass with a thing in it."""
    picture = Image.new("RGB", (size_px, size_px), (150, 200, 235))
    picture.paste((120, 180, 90), (0, size_px // 2, size_px, size_px))
    left = 8 + 7 * number % (size_px - 30)
    picture.paste((200, 80, 60), (left, size_px // 2, left + 18, size_px // 2 + 20))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def undemanding(name: str, **changes: object):
    """A printer that takes pictures of twenty pixels an inch, so that tests are quick."""
    printer = load_printer(name)
    return printer.but(**{"resolution": {"least_ppi": 12, "most_ppi": 600}} | changes)


def job(
    printer,
    *,
    pages: int = 4,
    form: str = "square-8.5",
    title: str = "The Red Ball",
    text: str = TEXT,
    star: str = "Biscuit",
    paper: str | None = None,
    summary: str = "A cat looks for a ball.",
    imprint: Imprint | None = None,
    **more: object,
) -> PrintJob:
    texts = tuple(text for _ in range(pages))
    story = Story(title=title, paragraphs=texts, cast=(Hero(name=star, species="cat"),))
    press_options = PressOptions(
        form=load_format(form), ages="3-5", language="en", options=BindSettings(max_ppi=72)
    )
    plates = [PlatePage(page, text, plate(page)) for page, text in enumerate(("", *texts))]
    return PrintJob(
        printer=printer,
        paper=printer.paper(paper),
        press_options=press_options,
        words=words_of(story, texts, press_options),
        pages=plates,
        facts=FACTS,
        imprint=imprint or Imprint(),
        summary=summary,
        activities=activities_of(star, ["Fern"], ["in the garden"]),
        **more,
    )


def pressed(name: str = "kdp", **wishes: object):
    return press(job(undemanding(name), **wishes))
