"""What a button does, and what it gives to be downloaded."""

from pathlib import Path

from streamlit.runtime.download_data_util import convert_data_to_bytes_and_infer_mime

from app.widgets.try_or_report import packed


def test_packed_gives_what_streamlit_can_send_and_leaves_no_file():
    written: list[Path] = []

    def pack(to: Path) -> Path:
        to.write_bytes(b"PK and more")
        written.append(to)
        return to

    sent, _ = convert_data_to_bytes_and_infer_mime(packed(pack), RuntimeError())
    assert sent == b"PK and more"
    assert not written[0].exists() and not written[0].parent.exists()
