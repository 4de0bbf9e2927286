"""`storybook hero draw`: how a hero will look in a book, before there is one."""

from collections.abc import Sequence

from storybook.cli.options import Subcommands, add_studio, add_subcommand, show_work
from storybook.studio.studio import Studio


def declare_draw(subcommands: Subcommands) -> None:
    draw = add_subcommand(
        subcommands,
        "draw",
        "draw one from the front and the side, happy and sad",
        draw_hero,
        """
  storybook hero draw rex
  storybook hero draw rex --style crayon --studio classic
""",
    )
    draw.set_defaults(arguments=())  # long work notes itself as a job of what was typed
    add_studio(draw)
    draw.add_argument("name")
    draw.add_argument("--style", default="watercolour", help="(default: watercolour)")


def draw_hero(name: str, style: str, studio: Studio, arguments: Sequence[str]) -> None:
    """Draw a hero's character sheet, and say how like its photos it is."""
    from storybook.authoring.character_sheets import draw_sheets, sheet_of_hero
    from storybook.hero.character_sheet import load_sheet, sheet_pictures

    order = sheet_of_hero(name, style, studio)
    show_work(draw_sheets([order], studio), arguments, order.folder, studio.settings.device)
    for view, path in sheet_pictures(order.folder).items():
        print(f"{view:6} {path}")
    sheet = load_sheet(order.folder)
    if sheet and sheet.coat is not None:
        among = sheet.coat_of_photos
        alike = f"; the photos' coats are {among:.2f} like each other" if among else ""
        print(
            f"its coat is {sheet.coat:.2f} like that on its photos{alike}; faces are not compared"
        )
