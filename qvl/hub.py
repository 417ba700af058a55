"""Where a model lies: nano in this installation, a folder, or an id of the Hugging Face hub."""

from pathlib import Path

from qvl.model.files import BadCheckpoint
from qvl.model.weights import read_config

NANO = "nano"
SETTINGS = ["*.json", "*.jinja", "merges.txt"]
WEIGHTS = ["*.safetensors"]
_HOMES = (  # of the shipped checkpoint: in the wheel, and in the repository
    Path(__file__).parent / "checkpoints" / NANO,
    Path(__file__).parent.parent / "checkpoints" / NANO,
)


def locate(model: str | Path) -> Path:
    """The folder of a whole checkpoint: nano, a folder, or `owner/name` or `owner/name@revision`.

    What the hub has is downloaded once: files that are whole are kept when a download is cut.
    Raises BadCheckpoint, for a model that is none of ours before its weights are fetched.
    """
    known = _on_disk(model)
    if known:
        return known
    folder = _fetch(str(model), SETTINGS)
    read_config(folder)
    folder = _fetch(str(model), SETTINGS + WEIGHTS)
    if not any(folder.glob("*.safetensors")):
        raise BadCheckpoint(f"{model} has no safetensors at the hub; take a release that has them")
    return folder


def locate_settings(model: str | Path) -> Path:
    """The folder of a checkpoint's small files: what `inspect` needs, without the weights."""
    return _on_disk(model) or _fetch(str(model), SETTINGS)


def _on_disk(model: str | Path) -> Path | None:
    """The folder of nano or of a path; None for a hub id."""
    if str(model) == NANO:
        found = next((home for home in _HOMES if (home / "config.json").is_file()), None)
        if found is None:
            raise BadCheckpoint("this installation has no nano checkpoint; install it whole")
        return found
    path = Path(model).expanduser()
    if str(model) and path.exists():
        return path
    if isinstance(model, Path) or model.count("/") != 1 or model.startswith((".", "/", "~")):
        raise BadCheckpoint(f"{str(model)!r} is no folder, no hub id (owner/name) and not 'nano'")
    return None


def _fetch(model: str, patterns: list[str]) -> Path:
    """The snapshot folder of a hub id with the files of `patterns`, of the top folder alone."""
    from huggingface_hub import snapshot_download

    name, _, revision = model.partition("@")
    try:
        found = snapshot_download(
            name, revision=revision or None, allow_patterns=patterns, ignore_patterns=["*/*"]
        )
    except Exception as error:  # each transport of the hub's client raises its own
        raise BadCheckpoint(_reason(name, revision, error)) from None
    return Path(found)


def _reason(name: str, revision: str, error: Exception) -> str:
    """One line on why the hub gave nothing, with the remedy."""
    from huggingface_hub import constants, errors

    at = f"{name}@{revision}" if revision else name
    if isinstance(error, errors.HFValidationError):
        return f"{at} is no folder and no hub id (owner/name); check the spelling"
    if isinstance(error, errors.GatedRepoError):
        return f"{at} asks you to accept its terms: do so on its page, then run hf auth login"
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"the hub has no {name}, or it is private: check the name, or run hf auth login"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{name} has no revision {revision!r}; name a branch, a tag or a commit of it"
    if isinstance(error, errors.LocalEntryNotFoundError):
        have = f"is not whole in the cache ({constants.HF_HUB_CACHE})"
        if constants.HF_HUB_OFFLINE:
            return f"{at} {have} and HF_HUB_OFFLINE is set: unset it once, or name a folder"
        return (
            f"{at} {have} and {constants.ENDPOINT} cannot be reached: try again, or name a folder"
        )
    said = (str(error) or type(error).__name__).splitlines()[0]
    return f"{at} did not come from {constants.ENDPOINT} ({said}): run it again to go on"
