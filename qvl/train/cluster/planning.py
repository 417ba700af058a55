"""A request becomes forecasts: packs are made once a stage, layouts tried for each card."""

from qvl.train.cluster.forecast import Forecast, forecast
from qvl.train.cluster.hardware import Hardware, hardware
from qvl.train.cluster.request import Request
from qvl.train.cluster.search import best, misfit
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.work import Pack, simulated, work


def planned(request: Request) -> list[list[Forecast]]:
    """For each card, a forecast of each stage; ValueError where a stage does not fit."""
    packs = {stage: simulated(request.config, stage) for stage in request.stages}
    cards = [hardware(name) for name in request.hardware]
    return [[_one(request, stage, card, packs[stage]) for stage in packs] for card in cards]


def _one(request: Request, stage: Stage, card: Hardware, packs: tuple[Pack, ...]) -> Forecast:
    layout, cfg = request.parallel, request.config
    if layout is None:
        return best(cfg, stage, request.ranks, card, packs)
    done = work(packs, stage, layout)
    found = forecast(cfg, stage, layout, card, done)
    if not found.fits:
        raise ValueError(misfit(found))
    return found
