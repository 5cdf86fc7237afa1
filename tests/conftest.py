"""What holds for all tests."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
"""Examples at random find more, and are for people: a check of a change has to say the same thing twice."""

if os.environ.get("CI"):
    settings.load_profile("ci")
