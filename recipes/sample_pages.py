"""Makes `samples/pages.pdf` of `samples/pages.html`: python recipes/sample_pages.py [CHROMIUM]."""

import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def main(chromium: str) -> None:
    """Needs chromium, fonts-dejavu and fonts-noto-cjk; of the fonts only used letters go in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium)
        tab = browser.new_page()
        tab.set_content((SAMPLES / "pages.html").read_text(encoding="utf-8"))
        tab.pdf(path=SAMPLES / "pages.pdf", prefer_css_page_size=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium")
