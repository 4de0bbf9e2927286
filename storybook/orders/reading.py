"""A list of orders, as CSV or JSON lines: each row is a book, and a bad one is told by name."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storybook.authoring.new_book import brief_asked, folder_name
from storybook.config import WriteSettings
from storybook.errors import ConfigError, StorybookError, in_one_line, nearest
from storybook.files import slug
from storybook.records import Brief, Record
from storybook.story.told_languages import check_told
from storybook.text_files import read_text, split_lines

ID = "id"
HERO = "hero"
"""Who stars in a book, as in `--hero`; several are parted by commas, semicolons or plus signs."""
FIELDS = (ID, HERO, *Brief.model_fields)
SEPARATORS = ",;\t"
LONGEST_ID = 60


class Order(Record):
    """One row of a list."""

    number: int
    """Its place in the list, from 1."""
    name: str
    """Of the book's folder."""
    brief: Brief | None = None
    """None if it cannot be made; `fault` says why."""
    fault: str = ""


def read_orders(path: Path, how: WriteSettings) -> list[Order]:
    """The orders of a `.csv` or `.jsonl` file, for a studio that writes so.

    Columns, or keys, are those of a brief, with `hero` for its heroes and `id` for a name of the
    order's own; without an id, a book is named by its summary. Raises ConfigError if the list as a
    whole cannot be read; what is wrong with one order is told in it.
    """
    text = read_text(path, ConfigError).text
    is_json = path.suffix.lower() in (".jsonl", ".ndjson")
    rows = _json_rows(text) if is_json else _csv_rows(path, text)
    orders, taken = [], {}
    for number, row in enumerate(rows, start=1):
        orders.append(_order(number, row, how, taken))
    if not orders:
        raise ConfigError(f"{path} has no orders. Write one to a line, a CSV's below its columns.")
    return orders


def brief_of_order(row: Mapping[str, Any], how: WriteSettings) -> Brief:
    """The brief that a row asks for, for a studio that writes so; raises what is wrong with it."""
    for key in row:
        if key not in FIELDS:
            raise ConfigError(f"unknown key {key}. {nearest(key, FIELDS)}")
    fields = {key: value for key, value in row.items() if value not in (None, "")}
    heroes = fields.pop(HERO, fields.get("heroes"))
    if isinstance(heroes, str):
        parts = heroes.replace(";", ",").replace("+", ",").split(",")
        heroes = [part.strip() for part in parts if part.strip()]
    if heroes is not None:
        fields["heroes"] = heroes
    fields |= {key: int(fields[key]) for key in ("pages", "seed") if _is_number(fields.get(key))}
    fields.pop(ID, None)
    brief = brief_asked(fields, "the order", for_children=how.for_children)
    check_told(brief, how)
    return brief


def asked_id(row: Mapping[str, Any]) -> str:
    """The order's own name, empty if it has none; raises ConfigError if it can be none."""
    own_id = row.get(ID)
    if not isinstance(own_id, str | int | None) or len(str(own_id)) > LONGEST_ID:
        raise ConfigError(f"id: it has to be a word or a number of at most {LONGEST_ID} letters.")
    return "" if own_id is None else str(own_id).strip()


def order_schema() -> dict[str, Any]:
    """What an order looks like as JSON, in the words of JSON Schema."""
    schema = Brief.model_json_schema()
    own = {
        ID: {"type": "string", "description": "A name for the order, and for its book's folder."},
        HERO: {"type": "string", "description": "Who stars; several are parted by commas."},
    }
    del schema["required"]  # a ready-made story has a summary of its own
    return schema | {"title": "Order", "properties": own | schema["properties"]}


def _order(
    number: int, row: Mapping[str, Any] | str, how: WriteSettings, taken: dict[str, int]
) -> Order:
    """One order; `taken` are the names of those before it, with their numbers, and is added to."""
    name = f"order-{number}"
    try:
        if isinstance(row, str):
            raise ConfigError(row)
        own_id = asked_id(row)
        name = slug(own_id) if own_id else name
        brief = brief_of_order(row, how)
        name = _free_name(name if own_id else folder_name(brief), taken, own_id)
    except (StorybookError, RecursionError) as fault:
        return Order(number=number, name=name, fault=in_one_line(fault))
    taken[name] = number
    return Order(number=number, name=name, brief=brief)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20


def _free_name(name: str, taken: Mapping[str, int], own_id: str) -> str:
    """A name that no order before has; two books of the same words are told apart by a number."""
    if name not in taken:
        return name
    if own_id:
        raise ConfigError(
            f"its id {own_id!r} is that of order {taken[name]} too: give each its own."
        )
    return next(free for at in range(2, len(taken) + 3) if (free := f"{name}-{at}") not in taken)


def _json_rows(text: str) -> Iterator[Mapping[str, Any] | str]:
    """Each line's object, or what is wrong with the line."""
    for line in split_lines(text):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as fault:
            yield f"it is no JSON: {in_one_line(fault)}."
            continue
        if not isinstance(value, dict):
            yield 'it is no object, such as {"summary": "...", "hero": "bruno"}.'
        else:
            yield value


def _csv_rows(path: Path, text: str) -> Iterator[Mapping[str, Any] | str]:
    """Each row below the first one, which names the columns; cells that are empty say nothing.

    Spreadsheets part cells by commas, semicolons or tabs, by the language that they are set to.
    """
    first = text.split("\n", 1)[0]
    mark = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        _check_columns(path, columns)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(columns) :]):
                yield (
                    f"it has {len(cells)} cells, and there are {len(columns)} columns: put quotes "
                    f'around a text that has a {mark!r} in it, "so".'
                )
                continue
            pairs = zip(columns, cells, strict=False)
            yield {name: cell.strip() for name, cell in pairs if name and cell.strip()}
    except csv.Error as fault:
        raise ConfigError(
            f"{path}, line {reader.line_num}: {fault}. Perhaps a quote is opened and never closed; "
            'within a text, write a quote twice: "".'
        ) from fault


def _check_columns(path: Path, columns: list[str]) -> None:
    for name in filter(None, columns):
        if name not in FIELDS:
            raise ConfigError(
                f"{path}: its first line names the columns, and there is no column {name!r}. "
                f"{nearest(name, FIELDS)}"
            )
        if columns.count(name) > 1:
            raise ConfigError(f"{path}: there are two columns {name!r}. Take one of them out.")
    if not {"summary", "story"} & set(columns):
        raise ConfigError(f"{path}: there is no column `summary`, nor `story` for ready-made ones.")
