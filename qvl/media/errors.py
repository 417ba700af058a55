"""What can be wrong with a picture or its source, and how a source is named in a message."""

_LONGEST = 120  # characters of a name in a message


class BadImage(ValueError):
    """A picture that cannot be read; one sentence with the value and the remedy."""


class BadSource(ValueError):
    """A path or address that is not read; one sentence with the value and the remedy."""


def shown(name: object) -> str:
    """A path or address as one short printable line."""
    text = str(name)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 20]}…{text[-19:]}"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
