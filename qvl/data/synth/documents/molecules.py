"""Random molecules of usual groups, drawn by Indigo; its canonical SMILES is the truth."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import numpy as np

from qvl.data.synth.documents.look import pick
from qvl.data.synth.documents.strips import Art
from qvl.data.synth.documents.vector import svg_art

Rng = np.random.Generator
# Skeletons; a dot is a place for a group, or for a hydrogen.
CORES = (
    "c1cc(.)ccc1.",
    "c1c(.)c(.)ccc1.",
    "C1CC(.)CCC1.",
    "c1cc(.)ncc1.",
    "c1nc(.)ncc1.",
    "c1cc(.)oc1.",
    "c1cc(.)sc1.",
    "C1CC(.)OC1.",
    "C1CN(.)CCN1.",
    "C1COCCN1.",
    "c1ccc2c(c1)cc(.)[nH]2",
    "c1ccc2cc(.)ccc2c1.",
    "c1ccc2nc(.)ccc2c1.",
    "C1CC1.",
    "C1CCC(.)C1.",
    "C1CCN(.)C1.",
    "c1cn(.)nc1.",
    "c1c(.)nc(.)s1",
    "O=C1CC(.)C(=O)N1.",
    "C(.)C.",
    "CC(.)C.",
    "CC(C)(.)C.",
    "C(.)C=C.",
    "C(.)C(=O)N.",
    "C(.)(.)CCC.",
    "C(.)C(=O)OC.",
    "C1C(.)CC2CC(.)CC1C2",
    "c1ccc(cc1)C(=O)N.",
    "c1ccc(cc1)S(=O)(=O)N.",
    "N[C@@H](C.)C(=O)O",
    "C[C@H](O)C.",
    "C1=CC(=O)C(.)=C(.)C1=O",
)
GROUPS = (
    *("C", "CC", "C(C)C", "C(C)(C)C", "O", "OC", "OCC", "N", "NC", "N(C)C", "C(=O)O", "C(=O)N"),
    *("C(=O)OC", "C#N", "F", "Cl", "Br", "I", "[N+](=O)[O-]", "S(=O)(=O)N", "C(F)(F)F", "C=O"),
    *("SC", "CO", "CCO", "CCN", "C=C", "C#C", "OC(C)=O", "NC(C)=O", "c1ccccc1", "C1CC1"),
)
LIMIT = 34  # atoms


def molecule(rng: Rng) -> str:
    """SMILES with usual valences."""
    while True:
        made = _grown(rng, pick(rng, CORES), int(rng.integers(0, 3)), count(1))
        drawn = _indigo()[0].loadMolecule(made)
        if not drawn.checkBadValence() and 3 <= drawn.countAtoms() <= LIMIT:
            return plainly(str(drawn.canonicalSmiles()).split(" ")[0])


def plainly(smiles: str) -> str:
    """SMILES without brackets around aromatic atoms that need none."""
    return re.sub(r"\[([nosp])\]", r"\1", smiles)


def _grown(rng: Rng, core: str, depth: int, rings: Iterator[int]) -> str:
    core = _renumbered(core, next(rings))
    parts = core.split(".")
    text = parts[0]
    for after in parts[1:]:
        inside = text.endswith("(")
        draw = rng.random()
        group = pick(rng, GROUPS) if draw < 0.7 or depth == 0 else ""
        if not group and draw < 0.9:
            group = _grown(rng, pick(rng, CORES[:20]), depth - 1, rings)
        if not group and inside:
            group = "C"
        text += group + after
    return text


def _renumbered(smiles: str, part: int) -> str:
    """Ring closures that no other part of the molecule uses."""
    return re.sub(r"(?<![\[@])[1-9]", lambda found: f"%{part}{found[0]}", smiles)


def engraved(smiles: str, rng: Rng, bond: float) -> Art:
    """The drawing of a molecule with bonds of about so many pixels."""
    indigo, renderer = _indigo()
    held = indigo.loadMolecule(smiles)
    held.layout()
    indigo.setOption("render-output-format", "svg")
    indigo.setOption("render-bond-length", float(bond))
    indigo.setOption("render-coloring", bool(rng.random() < 0.4))
    indigo.setOption("render-relative-thickness", float(rng.uniform(0.8, 1.5)))
    indigo.setOption("render-label-mode", pick(rng, ("hetero", "hetero", "terminal-hetero")))
    indigo.setOption("render-stereo-style", "none")
    svg = bytes(renderer.renderToBuffer(held)).decode()
    wide = float(svg.split('width="', 1)[1].split('"', 1)[0].removesuffix("pt"))
    return svg_art(svg, wide)


@cache
def _indigo() -> tuple[Any, Any]:
    from indigo import Indigo
    from indigo.renderer import IndigoRenderer

    held = Indigo()
    return held, IndigoRenderer(held)
