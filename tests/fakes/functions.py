"""The functions as Lambda loads them: each handler from its own file."""

import importlib.util

from loyalty.doors.endpoint import Handler
from tools.local.template import ROOT


def load_handler(function: str) -> Handler:
    """The handler of a folder of functions/, loaded anew."""
    path = ROOT / "functions" / function / "handler.py"
    spec = importlib.util.spec_from_file_location(f"{function}_handler", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.lambda_handler
    return handler
