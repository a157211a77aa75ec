"""A server for the tests that only ask it something."""

import pytest

from tests.hooks.serving import hooked_project, serving
from tests.projects import publish


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Yield a server for a project whose feeds are on air."""
    project = hooked_project(tmp_path_factory.mktemp("hooks") / "project")
    publish(project)
    with serving(project) as found:
        yield found
