"""A function's process as the local stack starts it: it holds what the function imports, as on AWS, and no more."""

import json
import subprocess
from pathlib import Path

from tools.local.ministack import PYTHON
from tools.local.template import ROOT

CHILD = ROOT / "tools" / "local" / "ministack_child.py"
SCRIPT = """
import runpy, sys
runpy.run_path(sys.argv[1])["leave_out_sdk"]()
from ministack.core import lambda_runtime
print(lambda_runtime._PYTHON_WORKER_SCRIPT)
"""
"""Prints the program that the emulator runs for each function."""

HANDLER = """
import sys

def lambda_handler(event, context):
    return sorted({"botocore", "boto3"} & set(sys.modules))
"""


def test_a_function_that_does_not_import_the_sdk_has_none_in_its_process(tmp_path: Path) -> None:
    # GIVEN the program, and a function that answers whether the SDK was imported
    (tmp_path / "worker.py").write_text(subprocess.check_output([PYTHON, "-P", "-c", SCRIPT, CHILD], text=True))
    (tmp_path / "handler.py").write_text(HANDLER)
    first = {"code_dir": str(tmp_path), "module": "handler", "handler": "lambda_handler"}
    # WHEN it is started and called
    lines = f"{json.dumps(first)}\n{json.dumps({'event': {}})}\n"
    told = subprocess.check_output([PYTHON, tmp_path / "worker.py"], input=lines, text=True)
    # THEN nothing imported it
    assert [json.loads(line) for line in told.splitlines()] == [
        {"status": "ready", "cold": True},
        {"status": "ok", "result": []},
    ]
