"""Forms, invoices and receipts: values with places, sums that are right, what is missing."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip(
    "skia", reason="skia does not load: apt-get install libegl1 libgl1", exc_type=ImportError
)

from qvl.data.answers import fault, written
from qvl.data.making import make
from qvl.data.pictures import seen_of
from qvl.data.records import Facts, Record
from qvl.data.shards import Shard
from qvl.data.synth.documents.letters import LANGUAGES
from qvl.data.synth.documents.pen import to_pdf
from qvl.data.synth.forms import asking, people, stage
from qvl.data.synth.forms.bill import bill
from qvl.data.synth.forms.words import label
from qvl.data.work import Plan, Work

NOWHERE = Path("nowhere")  # no packages: the faces that matplotlib has


@pytest.fixture(autouse=True)
def western(monkeypatch):
    some = ("en", "de", "fr", "es", "it", "pt", "ru", "vi")
    monkeypatch.setattr(stage, "language_of", lambda rng: some[int(rng.integers(len(some)))])


def made(count: int) -> list[Record]:
    found = [each for i in range(count) for each in stage.forms(Work("forms", 0, i), NOWHERE)]
    return [each for each in found if isinstance(each, Record)]


def test_forms_read_back_and_differ():
    records = made(90)
    assert len(records) >= 85
    assert len({r.meta["style"] for r in records}) >= 50
    assert {r.meta["style"].split("/")[0] for r in records} == {"form", "invoice", "receipt"}
    for record in records:
        for part in record.parts("assistant"):
            if isinstance(part, Facts):
                assert fault(part, seen_of(record, part.of)) == ""
    assert made(5) == records[:5]


def test_values_stand_in_their_boxes():
    import pypdfium2

    compared = 0
    for seed in range(30):
        try:
            board, drawing, _ = stage.drawn(np.random.default_rng(seed), NOWHERE, "en")
        except ValueError:
            continue
        layer = pypdfium2.PdfDocument(to_pdf([drawing]))[0].get_textpage()
        for key, (left, top, right, bottom) in board.boxes.items():
            high = drawing.size[1]
            found = layer.get_text_bounded(left, high - bottom, right, high - top)
            assert "".join(found.split()) == "".join(board.values[key].split()), key
            compared += 1
    assert compared > 200


def test_sums_are_right():
    def amount(text: str) -> Decimal:
        return Decimal(re.sub(r"[^\d.-]", "", text) or "0")

    for seed in range(40):
        sold = bill(np.random.default_rng(seed), "en", 6)
        assert amount(sold.subtotal) == sum(amount(i.amount) for i in sold.items)
        for item in sold.items:
            assert amount(item.amount) == Decimal(item.quantity) * amount(item.price)
        parts = (amount(sold.subtotal), amount(sold.discount), amount(sold.tax))
        assert amount(sold.total) == sum(parts)
        assert amount(sold.paid) - amount(sold.total) == amount(sold.change) >= 0


def test_what_is_blank_stays_missing():
    values, boxes = {"name": "A. Smith", "phone": ""}, {"name": (1.0, 2.0, 30.0, 12.0)}
    for seed in range(12):
        _, facts = asking.keyed(np.random.default_rng(seed), values, boxes, "en", "0.jpg")
        assert isinstance(facts, Facts)
        flat = {k: v["value"] if facts.form == "located" else v for k, v in facts.value.items()}
        missing = [v for k, v in flat.items() if k not in ("name", label("name", "en"))]
        assert missing and not any(missing)
        assert flat.get("name", flat.get(label("name", "en"))) == "A. Smith"
        assert "null" in written(facts, None if facts.form == "json" else _seen())


def _seen():
    from qvl.messages import Media

    return Media((100, 100), (112, 112), 16)


def test_things_of_a_bill_are_a_list():
    values = {"total": "3.00", "items.0.name": "Tea", "items.0.amount": "1.00",
              "items.1.name": "Milk", "items.1.amount": "2.00"}  # fmt: skip
    prompt, facts = asking.schemed(np.random.default_rng(1), values, "0.jpg")
    assert '"type": "array"' in prompt and isinstance(facts, Facts)
    items = [{"name": "Tea", "amount": "1.00"}, {"name": "Milk", "amount": "2.00"}]
    assert facts.value["items"] == items
    assert fault(facts, _seen()) == ""


def test_every_language_has_its_words():
    for language in LANGUAGES:
        rng = np.random.default_rng(0)
        assert label("total", language) and people.person(rng, language)
        assert people.company(rng, language) and people.street(rng, language)
        assert people.tax_number(rng, language) and people.account(rng, language)


def test_a_shard_of_forms_comes_back_the_same(tmp_path):
    plan = Plan("forms", (6,))
    stage_of = _Stage()
    first = make(plan, stage_of, tmp_path / "a", 0, lambda tick: None)
    second = make(plan, stage_of, tmp_path / "b", 0, lambda tick: None)
    assert first.sha256 == second.sha256 and first.records == 6
    shard = Shard(next((tmp_path / "a").glob("*.tar")))
    assert [shard[i] for i in range(6)] == made(6)


class _Stage:
    def __call__(self, work: Work):
        yield from stage.forms(work, NOWHERE)
