"""What holds for all tests."""

import os

from hypothesis import settings

# A slow machine is no failed law; how fast things are is measured in tests/bench. Where CI is set
# the same examples are tried each time, so that a change is judged by what it changed; everywhere
# else new ones are looked for.
settings.register_profile("feedgen", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("feedgen")
