"""The service's own page: what can be asked of it, out of its OpenAPI document, as plain HTML."""

from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#eee;padding:.1em .3em;border-radius:.2em}"
    "td,th{text-align:left;padding:.2em .8em .2em 0;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}code{background:#333}}"
)


def page_of(document: Mapping[str, Any]) -> str:
    """A page that loads nothing; every word of the document is escaped."""
    rows = "".join(
        f"<tr><td><code>{escape(verb.upper())}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(entry.get('summary', ''))}</td></tr>"
        for path, verbs in document["paths"].items()
        for verb, entry in verbs.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(document['info']['title'])}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(document['info']['title'])}</h1><p>Say the token with each request: "
        "<code>Authorization: Bearer TOKEN</code>. The whole of it for programs is in "
        '<a href="openapi.json">openapi.json</a>.</p>'
        f"<table><tbody>{rows}</tbody></table></body></html>"
    )
