"""One Chromium a process: pages drawn, measured in their DOM, and shot."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CHROMIUM = os.environ.get("QVL_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = 300  # after so many a browser is started anew, since its memory grows
LOOK = (  # the same on every machine
    *FLAGS,
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)


@dataclass
class Browser:
    """What is open: the driver, the browser, and a tab for each document that tabs begin with."""

    play: Any
    chromium: Any
    flags: tuple[str, ...]  # that it was started with
    tabs: dict[str, Any] = field(default_factory=dict)
    shown: int = 0

    def close(self) -> None:
        self.chromium.close()
        self.tabs.clear()
        self.shown = 0


@cache
def _browser() -> Browser:
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        raise RuntimeError(f"no browser at {CHROMIUM}; apt-get install chromium")
    play = sync_playwright().start()
    try:
        opened = Browser(play, _launched(play, LOOK), LOOK)
    except BaseException:
        play.stop()  # a driver left running would hide why, when the next page is tried
        raise
    atexit.register(play.stop)
    return opened


def _launched(play: Any, flags: tuple[str, ...]) -> Any:
    return play.chromium.launch(executable_path=CHROMIUM, args=list(flags))


@contextmanager
def tab(size: tuple[int, int], begin: str = "", flags: tuple[str, ...] = LOOK) -> Iterator[Any]:
    """A tab of this size in pixels that holds the document `begin`, loaded once.

    What goes wrong in it closes the browser, so that the next page finds a fresh one.
    """
    held = _browser()
    if held.shown >= PAGES or held.flags != flags:
        _restart(held, flags)
    held.shown += 1
    try:
        if begin not in held.tabs:
            held.tabs[begin] = held.chromium.new_page(
                viewport={"width": size[0], "height": size[1]}
            )
            held.tabs[begin].set_content(begin)
        found = held.tabs[begin]
        found.set_viewport_size({"width": size[0], "height": size[1]})
        yield found
    except BaseException:
        _restart(held, flags)
        raise


def _restart(held: Browser, flags: tuple[str, ...]) -> None:
    from playwright.sync_api import Error

    try:
        held.close()
    except Error:
        held.tabs.clear()  # it is dead already
    held.chromium, held.flags = _launched(held.play, flags), flags
    held.shown = 0
