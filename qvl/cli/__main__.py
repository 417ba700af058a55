"""`python -m qvl.cli` is `qvl`."""

from qvl.cli.main import main

main()
