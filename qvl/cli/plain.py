"""`qvl parse --plain`: pages as ordinary HTML, drawn by a browser beside the original."""

import io
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from qvl.cli import output
from qvl.cli.bars import steps
from qvl.cli.papers import Job
from qvl.media.paper import Paper
from qvl.messages import Settings
from qvl.tasks.document.rebuild import rebuild_page

Draw = Callable[[str, tuple[int, int]], Image.Image | None]


def rebuild(paper: Paper, numbers: Sequence[int], job: Job, folder: Path | None) -> int:
    """HTML of every page, on stdout or as files beside pictures; how many pages failed."""
    failed = 0
    settings = Settings(max_tokens=job.ask.max_tokens, temperature=0.0, seed=job.ask.seed)
    with steps(len(numbers), f"{paper.name} page") as step, browser(folder is not None) as draw:
        for number in numbers:
            sheet = paper.sheet(number)
            try:
                made = rebuild_page(job.chat(sheet), sheet.picture, settings)
            except (ValueError, FloatingPointError) as error:
                failed += 1
                step(f"{number} failed: {error}")
                continue
            if folder is None:
                output.text(made.html.rstrip("\n"))
            else:
                path = folder / f"page_{number:03d}.html"
                output.save_text(made.html, path)
                output.text(str(path))
                if drawn := draw(made.html, sheet.picture.size):
                    path = folder / f"page_{number:03d}.beside.png"
                    output.save_image(beside(sheet.picture, drawn), path)
                    output.text(str(path))
            step(f"{number} {made.answer.finish_reason}")
    return failed


def beside(picture: Image.Image, drawn: Image.Image) -> Image.Image:
    """The page and what became of it, side by side."""
    gap = 8
    size = (picture.width + gap + drawn.width, max(picture.height, drawn.height))
    both = Image.new("RGB", size, "grey")
    both.paste(picture, (0, 0))
    both.paste(drawn, (picture.width + gap, 0))
    return both


@contextmanager
def browser(wanted: bool) -> Iterator[Draw]:
    """Draws a page as wide as a picture: without scripts, without any request."""
    nothing: Draw = lambda html, size: None  # noqa: E731
    if not wanted:
        yield nothing
        return
    program = os.environ.get("QVL_CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import ViewportSize, sync_playwright
    except ImportError:
        output.note("pages are not drawn: pip install 'qvl[data]' brings playwright")
        yield nothing
        return
    with sync_playwright() as play:
        try:
            chromium = play.chromium.launch(executable_path=program)
        except Exception as error:  # playwright has one class for whatever keeps it from starting
            reason = str(error).splitlines()[0]
            output.note(f"pages are not drawn ({reason}): apt-get install chromium")
            yield nothing
            return
        context = chromium.new_context(java_script_enabled=False, offline=True)
        context.route("**/*", lambda route: route.abort())

        def draw(html: str, size: tuple[int, int]) -> Image.Image:
            tab = context.new_page()
            try:
                tab.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
                tab.set_content(html, wait_until="domcontentloaded")
                return Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
            finally:
                tab.close()

        yield draw
        chromium.close()
