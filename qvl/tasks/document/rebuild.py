"""A picture of a page as ordinary HTML and CSS that looks like it (the released cookbook's task).

What a model writes may hold anything: it is made harmless before anybody opens it.
"""

import re
from dataclasses import dataclass

from PIL import Image as Pillow

from qvl.messages import Answer, Chat, Image, Settings, message

PROMPT = "图片解析成html"  # "make HTML of the picture"
_TAGS = {
    *("a", "article", "aside", "b", "blockquote", "br", "caption", "center", "code", "col"),
    *("colgroup", "dd", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2"),
    *("h3", "h4", "h5", "h6", "header", "hr", "i", "img", "label", "li", "main", "nav", "ol"),
    *("p", "pre", "s", "section", "small", "span", "strong", "sub", "sup", "table", "tbody"),
    *("td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_STYLE = re.compile(r"<style\b[^>]*>(.*?)(?:</style\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_FENCED = re.compile(r"[^<]*?```(?:html)?\s*\n(.*?)(?:\n```|\Z)", re.DOTALL | re.IGNORECASE)
# What fetches or runs something from inside a style sheet.
_RISKY = re.compile(
    r"@import[^;]*;?|(?:url|image|image-set|expression)\([^)]*\)?|javascript:|</|<!--|\\",
    re.IGNORECASE,
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Rebuilt:
    html: str  # a whole page, harmless
    answer: Answer


def rebuild_page(chat: Chat, picture: Pillow.Image, settings: Settings) -> Rebuilt:
    """The page as HTML; ValueError where the reply holds no markup."""
    answer = chat([message("user", Image(picture), PROMPT)], settings)
    return Rebuilt(harmless(answer.text), answer)


def harmless(reply: str) -> str:
    """A reply as a page without scripts, forms, frames and addresses that would be fetched."""
    import nh3

    if not re.search(r"<[a-zA-Z]", reply):
        raise ValueError(f"the reply holds no markup: {reply[:80]!r}")
    fenced = _FENCED.match(reply)
    inside = fenced[1] if fenced else reply
    styles = "\n".join(_RISKY.sub("", style) for style in _STYLE.findall(inside))
    body = nh3.clean(
        _STYLE.sub("", inside),
        tags=_TAGS,
        attributes={"*": {"class", "id", "style", "colspan", "rowspan", "width", "height", "alt"}},
        url_schemes=set(),
        link_rel=None,
        attribute_filter=lambda tag, name, value: _RISKY.sub("", value),
    )
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<style>\n{styles}\n</style></head>\n<body>\n{body}\n</body></html>\n"
    )
