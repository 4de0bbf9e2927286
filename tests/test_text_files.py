"""Text as people bring it: encodings are told apart or refused, and lines end at line ends only."""

import pytest

from storybook.errors import ConfigError, HeroError
from storybook.text_files import (
    decode,
    printable,
    read_text,
    read_toml,
    split_lines,
    without_surrogates,
)

CAFE = "a dog at the café — “Zoë’s”"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_decode_reads_what_western_editors_write(encoding):
    decoded = decode(CAFE.encode(encoding))
    assert decoded.text == CAFE
    assert decoded.is_utf8 == encoding.startswith("utf-8")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("собака на траве", "cp1251"),
        ("собака на траве", "koi8-r"),
        ("σκύλος στο γρασίδι", "cp1253"),
        ("一只狗在草地上", "gbk"),
        ("草の上の犬", "shift-jis"),
        ("잔디 위의 개", "euc-kr"),
        ("a dog ¤¦¨", "cp1252"),
    ],
)
def test_decode_takes_no_other_language_for_windows_1252(text, encoding):
    with pytest.raises(UnicodeDecodeError):
        decode(text.encode(encoding))


@pytest.mark.parametrize("data", [b"a dog\0\0on grass", b"\xff\xfea", b"\x81\x8d"])
def test_decode_refuses_what_is_no_text(data):
    with pytest.raises(UnicodeDecodeError):
        decode(data)


def test_decode_guesses_nothing_where_it_may_not():
    with pytest.raises(UnicodeDecodeError):
        decode(CAFE.encode("cp1252"), windows=False)


def test_read_text_names_file_line_and_byte(tmp_path):
    file = tmp_path / "1.txt"
    file.write_bytes(b"a dog\n" + "собака".encode("cp1251"))
    with pytest.raises(HeroError, match=r"1\.txt, line 2: byte 0xf1 is not UTF-8") as caught:
        read_text(file, HeroError)
    assert "\n" not in str(caught.value)
    with pytest.raises(HeroError, match=r"gone\.txt cannot be read"):
        read_text(tmp_path / "gone.txt", HeroError)


@pytest.mark.parametrize(
    "sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"]
)
def test_split_lines_ends_no_line_within_a_string(sign):
    assert split_lines(f"one{sign}two\nthree\n") == [f"one{sign}two", "three"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_split_lines_knows_all_three_line_ends(end):
    assert split_lines(f"one{end}{end}two{end}") == ["one", "", "two"]
    assert split_lines("") == []


def test_without_surrogates_keeps_whole_emoji():
    assert without_surrogates("a \ud83d dog 🐶\udc36") == "a  dog 🐶"


def test_printable_shows_names_that_are_no_utf8(tmp_path):
    from os import fsdecode
    from pathlib import Path

    printable(Path(fsdecode(b"caf\xe9.jpg"))).encode("utf-8")
    assert printable(Path("Zoë.jpg")) == "Zoë.jpg"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a = ", "is not TOML: "),
        (b"a = '\xe9'", "is not TOML: "),
        (None, "cannot be read: No such"),
    ],
)
def test_read_toml_names_a_file_that_holds_no_table(tmp_path, data, says):
    file = tmp_path / "t.toml"
    if data is not None:
        file.write_bytes(data)
    for error in (ConfigError, HeroError):
        with pytest.raises(error, match=f"t.toml {says}"):
            read_toml(file, error)


def test_read_toml_passes_over_a_byte_order_mark(tmp_path):
    (tmp_path / "t.toml").write_bytes("a = 'é'".encode("utf-8-sig"))
    assert read_toml(tmp_path / "t.toml") == {"a": "é"}
