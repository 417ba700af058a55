"""Records that say the same, to the letter: hashes of what was normalised."""

import unicodedata
from hashlib import sha256

from qvl.data.records import Facts, Record
from qvl.data.wording import strings
from qvl.messages import Text


def normal(text: str) -> str:
    """One spelling of the same words: compatible letters, no capitals, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def digest_of(record: Record) -> str:
    """sha256 of who says what about which pixels; key, licence and meta do not matter."""
    hashed = sha256()
    for turn in record.turns:
        hashed.update(f"\n{turn.role}:".encode())
        for part in turn.parts:
            if isinstance(part, Text):
                hashed.update(b"\0" + normal(part.text).encode())
            elif isinstance(part, Facts):
                said = normal("\0".join(strings(part.value)))
                hashed.update(f"\1{part.kind}\0{said}".encode())
            else:
                hashed.update(b"\2" + sha256(record.media[part.name]).digest())
    return hashed.hexdigest()


def labels_of(record: Record) -> str:
    """sha256 of the assistant's words and facts, or "" for what nobody made.

    Drawn pictures of one kind, charts or screens, look alike to a perceptual hash: those with
    different labels are different samples.
    """
    if not any(source.startswith("made:") for source in record.sources):
        return ""
    said = [normal("\0".join(strings(part))) for part in record.parts("assistant")]
    return sha256("\1".join(said).encode()).hexdigest()
