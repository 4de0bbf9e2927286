"""The choice of letters, each shown in its own: titles as the name of a choice, text below it."""

from storybook.press.fonts import FILES

TITLE, TEXT = 3, 0
"""Which of a choice's files are its titles' and its text's, as `storybook.press.fonts` has them."""


def letters() -> str:
    """A style sheet for the radio buttons whose key begins with `font-`, in the order of FILES."""
    files = sorted({files[part] for files in FILES.values() for part in (TITLE, TEXT)})
    faces = [
        f'@font-face {{ font-family: "Letters {file}"; src: url("/app/static/{file}.ttf"); }}'
        for file in files
    ]
    rules = []
    for number, files in enumerate(FILES.values(), start=1):
        option = f'[class*="st-key-font-"] [role="radiogroup"] > :nth-child({number})'
        rules += [
            f'{option} p {{ font-family: "Letters {files[TITLE]}" !important; }}',
            f'{option} [data-testid="stRadioCaption"] p '
            f'{{ font-family: "Letters {files[TEXT]}" !important; }}',
        ]
    return f"<style>{' '.join([*faces, *rules])}</style>"
