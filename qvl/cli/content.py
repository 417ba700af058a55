"""What a command is given to look at, as the parts of one question."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from qvl.media.fetch import fetch, picture

Images = Annotated[list[str] | None, typer.Option("-i", "--image", help="A picture.")]
Videos = Annotated[list[str] | None, typer.Option("-v", "--video", help="A clip.")]
Pdfs = Annotated[
    list[str] | None, typer.Option("-p", "--pdf", help="A document: every page, as a picture.")
]


def content(
    images: Sequence[str] | None,
    videos: Sequence[str] | None,
    pdfs: Sequence[str] | None,
    prompt: str,
) -> list[dict[str, Any]]:
    """Pictures, clips, pages of documents, and the prompt last. ValueError for what is none."""
    parts: list[dict[str, Any]] = [{"image": picture(each)} for each in images or []]
    parts += [{"video": fetch(each, kind="video")} for each in videos or []]
    parts += [{"image": page} for each in pdfs or [] for page in _pages(each)]
    return [*parts, {"text": prompt}]


def _pages(source: str) -> Iterator[Any]:
    from qvl.media.pdf import open_pdf

    with open_pdf(fetch(source)) as pdf:
        yield from (page for _, page in pdf.pages())
