"""What pyproject.toml cannot say: a build starts afresh."""

import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class Afresh(build_py):
    """Copies the sources as they are: `build/lib` of an earlier build would bring back what is gone since."""

    def run(self) -> None:
        """Forget what was built before, then copy."""
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(cmdclass={"build_py": Afresh})
