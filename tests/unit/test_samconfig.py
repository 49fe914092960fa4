"""The profiles of `sam`: what the README tells to type works with the template as it is."""

import tomllib

import pytest

from tools.local.template import ROOT, load

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
PARAMETERS = load()["Parameters"]


@pytest.mark.parametrize(("profile", "architecture"), [("local", "x86_64"), ("local-arm64", "arm64")])
@pytest.mark.parametrize("command", ["local_start_api", "local_invoke"])
def test_a_local_profile_uses_what_make_run_wrote_and_the_processor_it_is_for(profile, architecture, command):
    # GIVEN a profile's settings
    settings = CONFIG[profile][command]["parameters"]
    # THEN it overrides parameters that are there, and reaches the local AWS on loopback
    overrides = dict(one.split("=") for one in settings["parameter_overrides"].split())
    assert overrides == {"EndpointUrl": "local", "Architecture": architecture}
    assert overrides.keys() <= PARAMETERS.keys()
    assert architecture in PARAMETERS["Architecture"]["AllowedValues"]
    assert (settings["env_vars"], settings["docker_network"]) == ("build/local-environment.json", "host")


def test_a_deployment_shows_what_it_is_about_to_do():
    assert CONFIG["default"]["deploy"]["parameters"]["confirm_changeset"] is True
