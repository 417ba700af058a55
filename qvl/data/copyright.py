"""Who allows what: the licence of each file, from a package's machine-readable copyright file.

The format is Debian's copyright-format 1.0 (DEP-5): `Files:` globs, of which the last that matches
a file speaks. The globs name files of the source package; what is installed lies elsewhere, so a
glob may match any tail of an installed path.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Files by a glob of the source package, and the short name of their licence."""

    glob: str
    licence: str


def rules(text: str) -> list[Rule]:
    """The rules of a copyright file in their order; none where it is free text."""
    found = []
    for stanza in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        fields = _fields(stanza)
        licence = fields.get("license", "").split("\n")[0].strip()
        found += [Rule(glob, licence) for glob in fields.get("files", "").split() if licence]
    return found


def _fields(stanza: str) -> dict[str, str]:
    """Fields by lower-case name; a line that begins with a space goes on with the one before."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in " \t" and name:
            fields[name] += "\n" + line.strip()
        elif match := re.match(r"([!-9;-~]+):[ \t]*(.*)", line):
            name = match.group(1).lower()
            fields[name] = match.group(2)
    return fields


def names(text: str) -> list[str]:
    """The licence names of a copyright file, also of one that is not quite in the format."""
    found = (match.strip() for match in re.findall(r"^License:[ \t]*(\S.*)", text, re.MULTILINE))
    return list(dict.fromkeys(found))


def licence_of(path: str, ordered: Sequence[Rule]) -> str | None:
    """The licence of an installed file: of the last rule that is not `*`, else of the last `*`.

    A file that was moved is known by its own name, if all rules of that name agree. None where no
    rule speaks of it.
    """
    tails = _tails(path)
    for rule in reversed(ordered):
        if rule.glob != "*" and _matches(rule.glob, tails):
            return rule.licence
    named = {rule.licence for rule in ordered if rule.glob.split("/")[-1] == tails[-1]}
    if len(named) == 1:
        return named.pop()
    return next((rule.licence for rule in reversed(ordered) if rule.glob == "*"), None)


def _tails(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/".join(parts[at:]) for at in range(len(parts))]


def _matches(glob: str, tails: Iterable[str]) -> bool:
    """Whether a glob, in which * and ? match slashes too, matches one of the tails whole."""
    pattern, escaped = "", False
    for letter in glob.removeprefix("./"):
        if escaped or letter not in "*?\\":
            pattern, escaped = pattern + re.escape(letter), False
        elif letter == "\\":
            escaped = True
        else:
            pattern += ".*" if letter == "*" else "."
    return any(re.fullmatch(pattern, tail, re.DOTALL) for tail in tails)
