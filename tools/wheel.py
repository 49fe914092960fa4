"""How setuptools builds the wheel: from nothing.

It keeps what it copies in `build/lib` of a checkout, and puts all of that into the next wheel, also modules that have
gone from the sources meanwhile.
"""

import shutil

from setuptools.command.build_py import build_py


class FreshBuild(build_py):
    """Copies the packages to where nothing is left of an earlier build."""

    def run(self) -> None:
        """Copy them."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
