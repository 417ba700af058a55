"""What of a page's markup and styles may be shown: lists of what is allowed, nothing else passes.

A page shows what stood in a picture, and whoever made the picture may have written markup in it.
"""

import re

TAGS = {
    *("a", "address", "b", "br", "code", "div", "figcaption", "figure", "i", "img", "li", "ol"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "s", "section", "span", "sub", "sup"),
    *("table", "tbody", "td", "th", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"rowspan", "colspan"},
    "th": {"rowspan", "colspan"},
    "span": {"style"},
    "table": {"class"},
    "figure": {"class"},
    "section": {"class", "id"},
}
PROPERTIES = frozenset(
    {
        *("background-color", "border", "border-bottom", "border-collapse", "border-color"),
        *("border-left", "border-right", "border-spacing", "border-style", "border-top"),
        *("border-width", "color", "font-family", "font-size", "font-style", "font-weight"),
        *("height", "line-height", "margin", "padding", "text-align", "text-decoration"),
        *("text-indent", "vertical-align", "white-space", "width"),
    }
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_SELECTOR = re.compile(r"[\w\s.:>+*()-]*", re.ASCII)
_VALUE = re.compile(r"(?:[\w\s.#%,'\"-]|\b(?:rgb|rgba|hsl|hsla)\([\d\s.,%]*\))+", re.ASCII)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
_FILE = re.compile(r"(?!/)[^:\\?#\s]+")  # a relative path


def safe_html(body: str) -> str:
    """Markup with only allowed tags and attributes; pictures are in it or are files beside it."""
    import nh3

    return nh3.clean(
        body,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=set(PROPERTIES),
        strip_comments=True,
    )


def safe_declarations(css: str) -> str:
    """The declarations of a style attribute that are allowed, joined again."""
    kept = []
    for each in css.split(";"):
        name, colon, value = each.partition(":")
        name, value = name.strip().lower(), value.strip()
        if colon and name in PROPERTIES and _VALUE.fullmatch(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def safe_sheet(css: str, number: int | None, scope: str) -> str:
    """The rules of a table's style sheet, for the table of class `scope` and nothing else."""
    own = re.compile(rf"\.?table{number}\b" if number is not None else r"(?!)")
    lines: list[str] = []
    if "@" in css:  # @import, or rules that hold only for print and the like
        return ""
    for selectors, declarations in _RULE.findall(_COMMENT.sub("", css)):
        kept = safe_declarations(declarations)
        names = [own.sub("", each).strip() for each in selectors.split(",")]
        if kept and all(_SELECTOR.fullmatch(name) for name in names):
            heads = ", ".join(f".{scope} {name}".strip() for name in names)
            lines.append(f"{heads} {{ {kept} }}")
    return "\n".join(lines)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("img", "src"):
        return value if _PICTURE.fullmatch(value) or _FILE.fullmatch(value) else None
    if (tag, name) == ("a", "href") and value.strip().lower().startswith("data:"):
        return None
    if name == "style":
        return safe_declarations(value) or None
    return value
