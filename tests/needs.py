"""What some tests need of a machine, as marks whose reasons say how to get it."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from qvl.data.sources import home
from qvl.data.synth.browser import CHROMIUM
from qvl.engine.kernel.compiled import NoKernel, compiler

chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}: apt-get install chromium"
)


def fetched(*packages: str) -> pytest.MarkDecorator:
    """Debian packages that are downloaded, not installed."""
    missing = [name for name in packages if not (home() / name).is_dir()]
    how = "qvl data fetch --profile small"
    return pytest.mark.skipif(bool(missing), reason=f"not fetched: {', '.join(missing)}: {how}")


def installed(*names: str) -> pytest.MarkDecorator:
    """Python packages of the extra `dev` that an installation may lack."""
    missing = [name for name in names if find_spec(name) is None]
    how = f"pip install {' '.join(missing)}"
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}: {how}")


def _compiler() -> str:
    """Why there is none, or ""."""
    try:
        compiler()
    except NoKernel as reason:
        return str(reason)
    return ""


compiled = pytest.mark.skipif(bool(_compiler()), reason=_compiler() or "there is a compiler")
