"""What some tests need of a machine, as marks whose reasons say how to get it."""

from pathlib import Path

import pytest

from qvl.data.sources import home
from qvl.data.synth.browser import CHROMIUM

chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}: apt-get install chromium"
)


def fetched(*packages: str) -> pytest.MarkDecorator:
    """Debian packages that are downloaded, not installed."""
    missing = [name for name in packages if not (home() / name).is_dir()]
    how = "qvl data fetch --profile small"
    return pytest.mark.skipif(bool(missing), reason=f"not fetched: {', '.join(missing)}: {how}")
