"""Real pages of documentation in a browser: sizes from a telephone to paper, in many styles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qvl.data.answers import fault
from qvl.data.pictures import fitted, size_of
from qvl.data.records import Facts, Picture, Record
from qvl.data.synth.browser import tab
from qvl.data.synth.documents import chapters, tasks
from qvl.data.synth.documents.dom import CutText, measured
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.markup import plain_parts
from qvl.data.synth.documents.stage import language_of
from qvl.data.synth.talk import Scene, record
from qvl.data.work import Rejected, Work
from qvl.tasks.document.model import Page
from qvl.tasks.place import Size

FAMILY = "webpages"
WAIT = 8000  # milliseconds for a page to load
BEGIN = "<!doctype html><title>pages</title>"
SIZES: dict[str, tuple[Size, ...]] = {
    "phone": ((390, 844), (412, 915), (360, 640)),
    "tablet": ((768, 1024), (600, 960)),
    "desktop": ((1024, 1024), (1280, 800), (1280, 960)),
    "paper": ((794, 1123), (1000, 1414), (850, 1100)),
}
THEMES = {  # ink, paper, link
    "plain": ("#111", "#fff", "#06c"),
    "sepia": ("#3b2f1e", "#f6efdd", "#8a4b08"),
    "dark": ("#ddd", "#1c1f26", "#8ab4f8"),
    "blue": ("#102040", "#eef4fb", "#0a58ca"),
    "grey": ("#333", "#f2f2f2", "#444"),
    "own": ("", "", ""),  # the page's
}
FACES = {
    "serif": "'Noto Serif','Noto Serif CJK SC','Noto Naskh Arabic',serif",
    "sans": "'Noto Sans','Noto Sans CJK SC','Noto Sans Arabic',sans-serif",
    "dejavu": "'DejaVu Sans','Noto Sans CJK SC',sans-serif",
    "liberation": "'Liberation Serif','Noto Serif CJK SC',serif",
    "narrow": "'Liberation Sans','Noto Sans CJK SC',sans-serif",
    "own": "",
}
_CJK = {"ja": "JP", "ko": "KR", "zh": "SC"}
_SCROLL = """([down, high]) => {
  const far = Math.max(0, document.documentElement.scrollHeight - high);
  scrollTo(0, Math.floor(down * far));
}"""
FROZEN = (
    "*{animation:none!important;transition:none!important;caret-color:transparent!important;"
    "scroll-behavior:auto!important}*::before,*::after{content:none!important}"
    "html{overflow:hidden!important}"
)


@dataclass(frozen=True)
class Dress:
    """How a page is shown; sizes in CSS pixels."""

    device: str
    size: Size
    theme: str
    face: str
    letters: int
    columns: int

    @property
    def style(self) -> str:
        return f"{self.device}/{self.theme}/{self.face}/{self.letters}px/{self.columns}col"

    def css(self, language: str) -> str:
        """One CJK face a language, so that no line mixes two."""
        ink, paper, link = THEMES[self.theme]
        family = FACES[self.face].replace("CJK SC", f"CJK {_CJK.get(language, 'SC')}")
        rules = [FROZEN, f"body{{font-size:{self.letters}px!important;max-width:none!important}}"]
        rules.append(
            "body{margin:12px!important;overflow-wrap:break-word}img{max-width:100%!important}"
        )
        rules.append("pre{white-space:pre-wrap!important}")
        if family:
            rules.append(f"body,p,li,td,th,div,h1,h2,h3,h4,dd,dt{{font-family:{family}!important}}")
        if ink:
            rules.append(f"*{{background:{paper}!important;color:{ink}!important}}")
            rules.append(f"a,a *{{color:{link}!important}}")
        if self.columns > 1:
            rules.append(f"body{{columns:{self.columns};column-gap:28px}}")
            rules.append("p,li,pre,table,h1,h2,h3,h4,h5,dt,dd,img{break-inside:avoid!important}")
        return "".join(rules)


def dress(rng: Rng) -> Dress:
    device = pick(rng, tuple(SIZES))
    size = pick(rng, SIZES[device])
    columns = 2 if size[0] >= 1000 and rng.random() < 0.3 else 1
    letters = pick(rng, (13, 14, 15, 16, 18, 20))
    return Dress(device, size, pick(rng, tuple(THEMES)), pick(rng, tuple(FACES)), letters, columns)


def webpages(work: Work, cache: Path) -> Iterator[Record | Rejected]:
    """One view of a real page; a rejection with its reason where it does not load or is cut."""
    from playwright.sync_api import Error, TimeoutError

    rng = work.rng()
    language = "ar" if rng.random() < 0.06 else language_of(rng)
    package, path = pick(rng, web_pages(cache, language))
    worn = dress(rng)
    try:
        shot, page = shown(path, worn, language, float(rng.random()))
    except TimeoutError as error:
        yield Rejected(work.key, "the page did not load", _line(error), fault=True)
        return
    except Error as error:
        yield Rejected(work.key, "the browser failed", _line(error), fault=True)
        return
    except CutText as error:
        yield Rejected(work.key, "text cut by the page", str(error))
        return
    yield _record(rng, work, (package, path, cache), (shot, page), (worn, language))


def web_pages(cache: Path, language: str) -> list[tuple[str, Path]]:
    """Pages that need no script to be shown."""
    every = chapters.pages(cache, language)
    held = [each for each in every if not each[0].startswith("libreoffice")]
    return held or list(every)


def _line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def shown(
    path: Path, worn: Dress, language: str, down: float, keep: Callable[[Any], None] | None = None
) -> tuple[bytes, Page]:
    """A view of a page as JPEG, `down` of the way to its end, and the elements on it.

    `keep` sees the tab at that moment. CutText where text is only in part on the page.
    """
    with tab(worn.size, BEGIN) as found:
        found.goto(path.absolute().as_uri(), timeout=WAIT, wait_until="load")
        found.add_style_tag(content=worn.css(language))
        found.evaluate("() => document.fonts.ready.then(() => 0)")
        found.evaluate(_SCROLL, [down if down > 0.3 else 0, worn.size[1]])
        try:
            page = measured(found, worn.size)
        except CutText:
            page = None
        if keep and page:
            keep(found)
        shot = found.screenshot(type="jpeg", quality=88, timeout=WAIT) if page else b""
    if page is None:
        raise CutText(f"text on {path.name} is cut")
    return shot, page


def _record(
    rng: Rng,
    work: Work,
    source: tuple[str, Path, Path],
    seen: tuple[bytes, Page],
    how: tuple[Dress, str],
) -> Record | Rejected:
    (package, path, cache), (shot, page), (worn, language) = source, seen, how
    texts = [text for each in page.elements for text in plain_parts(each)]
    if len(page.elements) < 2 or sum(map(len, texts)) < 80:
        return Rejected(work.key, "hardly anything on the page")
    facts = Facts("page", tasks.page_dict(page), "html", "0.jpg")
    if why := fault(facts, fitted(size_of(shot), Picture("0.jpg"))):
        return Rejected(work.key, "the page is not read back", why)
    chapter = chapters.read(cache, language, package, path)
    tongue = language if _mostly(chapter, texts) else "en"
    whole = rng.random() < 0.65
    talk = tasks.whole(rng, page, language, "0.jpg", False) if whole else tasks.partly(
        rng, page, language, "0.jpg")  # fmt: skip
    meta = {"style": worn.style, "task": "page" if whole else "parts"}
    made = record(Scene(work.key, FAMILY, tongue, meta, ("0.jpg", shot)), talk)
    return replace(made, licence=chapter.licence, sources=(*made.sources, chapter.source))


def _mostly(chapter: chapters.Chapter, texts: list[str]) -> bool:
    """Whether at least half of what is shown was found to be in the chapter's own language."""
    if chapter.language == "en":
        return True
    own = {_bare(t) for each in chapter.elements for t in plain_parts(each)}
    said = sum(len(t) for t in texts)
    return 2 * sum(len(t) for t in texts if _bare(t) in own) >= said


def _bare(text: str) -> str:
    return "".join(text.split())
