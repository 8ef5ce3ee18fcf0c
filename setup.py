# SPDX-License-Identifier: Apache-2.0
"""CMake builds the Python packages; this hands them to pip. Metadata are in pyproject.toml."""

import os
import pathlib
import re
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent
EXTENSIONS = {"_confd._confd_py3": "_confd_py3", "_ncs._ncs_py3": "_ncs_py3"}


class CMakeBuild(build_ext):
    """The packages with everything that is in them."""

    def run(self):
        build = pathlib.Path(self.build_temp).resolve()
        target = pathlib.Path(self.build_lib).resolve()
        self.cmake("-S", ROOT, "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DCONFD_PYTHON_ONLY=ON",
                   "-DCONFD_BUILD_TESTS=OFF", "-DCONFD_PYTHON_INSTALL_DIR=.",
                   f"-DPython3_EXECUTABLE={sys.executable}")
        self.cmake("--build", build, "--parallel", str(os.cpu_count() or 1),
                   "--target", *EXTENSIONS.values())
        self.cmake("--install", build, "--component", "python", "--prefix", target, "--strip")

    def cmake(self, *arguments):
        subprocess.run(["cmake", *map(str, arguments)], check=True)


version = re.search(r"VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text().split("project(", 1)[1])[1]
setup(version=version + "+confd.events.kit",
      packages=[],
      ext_modules=[Extension(name, sources=[], py_limited_api=True) for name in EXTENSIONS],
      cmdclass={"build_ext": CMakeBuild},
      options={"bdist_wheel": {"py_limited_api": "cp38"}})
