"""A browser that does not start says so each time, and leaves nothing running."""

import subprocess
import sys

TRIES = """
from qvl.data.synth import browser
browser.CHROMIUM = "/bin/false"
for _ in range(2):
    try:
        with browser.tab((100, 100)):
            pass
    except Exception as error:
        print(str(error).splitlines()[0])
"""


def test_a_failed_start_is_told_again_and_not_hidden():
    done = subprocess.run([sys.executable, "-c", TRIES], capture_output=True, text=True)
    first, second = done.stdout.splitlines()
    assert "launch" in first and first == second
