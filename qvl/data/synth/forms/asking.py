"""What is asked of forms and bills: their values by key, by schema, with places, one by one."""

from typing import Any

from qvl.data.records import Facts
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.forms.words import label
from qvl.data.synth.talk import Said
from qvl.tasks import extraction
from qvl.tasks.place import Corners
from qvl.tasks.prompts import KEYS_CHINESE, MISSING, RECEIPT

_KEYS = (
    "Extract the values of {} from the document as JSON.",
    "Read the document and give {} as a JSON object. {}",
    "Which values do these keys have in the image: {}? Answer in JSON.",
    "Extrahiere {} aus dem Bild und gib sie als JSON aus.",
    "Extrais {} de l'image au format JSON.",
    "Extrae {} de la imagen en formato JSON.",
    "画像から {} を JSON 形式で抽出してください。",
    "이미지에서 {} 값을 JSON으로 추출해 주세요.",
)
_ONE = (
    "What is the {} on this document?",
    "Read the value of “{}”.",
    "Which {} is given?",
    "Tell me the {}. Answer with the value alone.",
)
_NONE = ("It is not given in the document.", "The document does not say.")
_WHERE = (
    "Where does the value of “{}” stand? Output its bbox in JSON format.",
    "Locate the {} and output the coordinates in JSON format.",
)
_ABSENT = (
    "iban",
    "vat_number",
    "fax",
    "website",
    "middle_name",
    "tip",
    "loyalty_points",
    "currency",
)
Values = dict[str, str]
Boxes = dict[str, Corners]


def keyed(rng: Rng, values: Values, boxes: Boxes, language: str, of: str) -> tuple[str, Said]:
    """Some flat keys, now and then one that is not there, as JSON; with places at times."""
    flat = [key for key in values if not key.startswith("items.")]
    some = [flat[i] for i in rng.permutation(len(flat))[: int(rng.integers(2, 9))]]
    if rng.random() < 0.35:
        some.insert(int(rng.integers(len(some) + 1)), pick(rng, _ABSENT))
    named = {key: key for key in some}
    if rng.random() < 0.4:
        named = {key: _label(key, language) for key in some}
    if len(set(named.values())) < len(named):
        named = {key: key for key in some}
    told = {named[key]: values.get(key) or None for key in some}
    if rng.random() < 0.3:
        placed = {named[k]: list(boxes[k]) if k in boxes else None for k in some}
        located = {key: {"value": text, "box": placed[key]} for key, text in told.items()}
        return extraction.prompt(list(told), boxes=True), Facts("fields", located, "located", of)
    return _asked(rng, list(told)), Facts("fields", told, "json", of)


def _asked(rng: Rng, keys: list[str]) -> str:
    draw = rng.random()
    if draw < 0.4:
        return extraction.prompt(keys)
    if draw < 0.55:
        return f"{RECEIPT.format(', '.join(keys))}\n{MISSING}"
    if draw < 0.65:
        return KEYS_CHINESE.format("，".join(keys))
    return pick(rng, _KEYS).format(", ".join(keys), MISSING)


def _label(key: str, language: str) -> str:
    """A key in the words of the document, where there are any."""
    try:
        return label({"total": "total"}.get(key, key), language)
    except KeyError:
        return key


def schemed(rng: Rng, values: Values, of: str) -> tuple[str, Said]:
    """All values by a JSON schema, things of a bill as a list."""
    flat = {key: text or None for key, text in values.items() if not key.startswith("items.")}
    items: dict[int, dict[str, str | None]] = {}
    for key, text in values.items():
        if key.startswith("items."):
            _, at, name = key.split(".")
            items.setdefault(int(at), {})[name] = text
    text = {"type": ["string", "null"]}
    properties: dict[str, Any] = dict.fromkeys(flat, text)
    told: dict[str, Any] = dict(flat)
    if rng.random() < 0.4:
        extra = pick(rng, _ABSENT)
        properties[extra], told[extra] = text, None
    if items:
        names = [n for n in ("name", "quantity", "price", "amount") if n in items[0]]
        one = {"type": "object", "properties": dict.fromkeys(names, text)}
        properties["items"] = {"type": "array", "items": one}
        told["items"] = [{n: items[at].get(n) for n in names} for at in sorted(items)]
    schema = {"type": "object", "properties": properties}
    return extraction.prompt(schema), Facts("fields", told, "json", of)


def one(rng: Rng, values: Values, language: str) -> tuple[str, Said]:
    """One value in words; of a key that is blank or absent, that it is not given."""
    flat = [key for key in values if not key.startswith("items.")]
    if rng.random() < 0.15:
        key = pick(rng, _ABSENT)
        return pick(rng, _ONE).format(key.replace("_", " ")), pick(rng, _NONE)
    key = pick(rng, flat)
    name = _label(key, language) if rng.random() < 0.6 else key.replace("_", " ")
    return pick(rng, _ONE).format(name), values[key] or pick(rng, _NONE)


def where(rng: Rng, boxes: Boxes, language: str, of: str) -> tuple[str, Said]:
    """The place of one value."""
    key = pick(rng, [k for k in boxes if not k.startswith("items.")])
    name = _label(key, language)
    rows = [{"label": name, "box": list(boxes[key])}]
    return pick(rng, _WHERE).format(name), Facts("boxes", rows, of=of)
