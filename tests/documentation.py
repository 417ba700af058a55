"""A few pages of documentation as a fetched package has them, for tests."""

from pathlib import Path

HTML = "debian-handbook/usr/share/doc/debian-handbook/html"
SHARED = "This paragraph was never translated and stands in both of the languages as it is."
_WORDS = "the quick brown fox jumps over a lazy dog while seven wizards brew strong coffee at dawn"
_GERMAN = "der schnelle braune Fuchs springt über den faulen Hund und sieben Zauberer kochen Kaffee"


def page(words: str, number: int) -> str:
    """Headings, paragraphs with marks, lists, code and a table; each page says other things."""
    tokens = words.split()

    def sentence(at: int) -> str:
        turn = (at * 7 + number * 3) % len(tokens)
        return " ".join((tokens[turn:] + tokens[:turn]) * 2) + f" {number}-{at}."

    paragraphs = "".join(
        f"<p>{sentence(i)} <code>ls -l</code> and <b>bold</b>.</p>" for i in range(9)
    )
    items = "".join(f"<li><p>{sentence(20 + i)}</p></li>" for i in range(3))
    return (
        f"<html><body><h1>Chapter {number}</h1>{paragraphs}<h2>Part {number}</h2>"
        f"<ul>{items}</ul><p>{sentence(40)}</p><pre>make all\nmake test</pre><p>{SHARED}</p>"
        f"<p>{sentence(50)}</p></body></html>"
    )


def cache(folder: Path) -> Path:
    """A cache with one package in two languages."""
    for locale, words in (("en-US", _WORDS), ("de-DE", _GERMAN)):
        pages = folder / HTML / locale
        pages.mkdir(parents=True)
        for number in range(1, 7):
            (pages / f"chapter{number}.html").write_text(page(words, number))
    return folder
