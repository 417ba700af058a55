"""`qvl data fetch`: Debian packages for training data, downloaded and unpacked, not installed."""

from pathlib import Path
from typing import Annotated

import typer

from qvl.cli import output


def fetch(
    profile: Annotated[
        str, typer.Option(help="ci (420 MB to download), small (1.0 GB) or full (2.7 GB).")
    ] = "ci",
    cache: Annotated[
        Path | None, typer.Option(help="Folder of unpacked packages (~/.cache/qvl/debian).")
    ] = None,
    debs: Annotated[
        Path | None, typer.Option(help="Take .deb files from this folder, not from the network.")
    ] = None,
) -> None:
    """Fetch a profile's packages; those already there stay. Prints the manifest's path."""
    from qvl.data.debs import download, from_folder
    from qvl.data.packages import of_profile
    from qvl.data.sources import MANIFEST, home
    from qvl.data.sources import fetch as fetch_packages

    names = [each.name for each in of_profile(profile)]
    where = cache or home()
    if debs and not debs.is_dir():
        raise ValueError(f"{debs} is no folder; give one with .deb files")
    take = from_folder(debs) if debs else download
    fetched = fetch_packages(names, where, take, output.note)
    output.note(f"{len(fetched.folders)} of {len(names)} packages in {where}")
    for package, reason in fetched.skipped.items():
        output.note(f"skipped {package}: {reason}")
    output.text(str(where / MANIFEST))
    if fetched.skipped:
        raise typer.Exit(1)
