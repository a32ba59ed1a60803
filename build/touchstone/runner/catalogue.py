# SPDX-License-Identifier: BSD-2-Clause
"""The tests that exist: tests/<name>/info.json, images, configurations."""

import json
from pathlib import Path
from typing import Dict, Iterator, List, Optional

from . import environments, image, xlcfg
from ..base.verdict import InstanceError, RunnerError

ENVIRONMENTS = tuple(environments.ENVIRONMENTS)
X86_ENVIRONMENTS = environments.named(arch="x86")
ARM_ENVIRONMENTS = environments.named(arch="arm64")

CATEGORIES = ("functional", "xsa",
              "special", "utility", "in-development", "bench", "broken")
DEFAULT_CATEGORIES = CATEGORIES[:2]


class Test:
    """A test directory's description, as its info.json gives it."""

    def __init__(self, directory: Path, info: dict) -> None:
        self.directory = directory
        self.name: str = info["name"]
        self.category: str = info["category"]
        self.environments: List[str] = list(info["environments"])
        self.variations: List[str] = list(info.get("variations") or [])
        self.timeout: Optional[float] = info.get("timeout")
        self.realtime: bool = bool(info.get("realtime", False))
        self.cold: bool = bool(info.get("cold", False))
        self.xen_cmdline: str = info.get("xen-cmdline", "")
        # What runs in a dom0 of Linux beside each instance, if anything.
        self.dom0_program: Optional[Path] = (
            directory / f"test-dom0-{self.name}"
            if info.get("dom0-program") else None)

    def instances(self) -> "Iterator[Instance]":
        """Yield every instance: each environment in each variation."""
        for env in self.environments:
            for variation in self.variations or [None]:
                instance = Instance(self, env, variation)
                # A test is known by all its environments; those for arm64
                # are built only where that was asked for.
                if instance.arch == "x86" or instance.image.exists():
                    yield instance


class Instance:
    """An image with one configuration: the unit that is run."""

    def __init__(self, test: Test, env: str, variation: Optional[str]) -> None:
        self.test = test
        self.env = env
        self.variation = variation
        name = f"test-{env}-{test.name}"
        self.name = f"{name}~{variation}" if variation else name
        self.image = test.directory / name
        self.cfg = test.directory / f"{self.name}.cfg"
        self._settings: Optional[Dict[str, xlcfg.Value]] = None
        self._titles: Optional[List[str]] = None

    def __str__(self) -> str:
        return self.name

    @property
    def arch(self) -> str:
        """The architecture that the image is for."""
        return environments.ENVIRONMENTS[self.env].arch

    @property
    def is_pv(self) -> bool:
        """Whether the image runs as a PV guest; HVM and PVH otherwise."""
        return environments.ENVIRONMENTS[self.env].guest == "pv"

    def settings(self) -> Dict[str, xlcfg.Value]:
        """Return the xl.cfg settings ({} if none); InstanceError if bad."""
        if self._settings is None:
            try:
                self._settings = xlcfg.parse(self.cfg.read_text())
            except FileNotFoundError:
                self._settings = {}
            except (OSError, UnicodeDecodeError, xlcfg.CfgError) as error:
                raise InstanceError(f"{self.cfg}: {error}") from None
        return self._settings

    def titles(self) -> List[str]:
        """Return the titles of the cases, as far as the image tells them.

        Those of a program for dom0 follow.
        """
        if self._titles is None:
            self._titles = image.titles(self.image, self.env)
            if self.test.dom0_program is not None:
                self._titles += image.titles(self.test.dom0_program, "64")
        return self._titles

    def number(self, key: str, default: int) -> int:
        """Return a numeric setting; InstanceError if it is something else."""
        value = self.settings().get(key, default)
        try:
            return int(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise InstanceError(f"{self.cfg.name}: {key}={value!r} is no"
                                " number") from None


def _load(path: Path) -> Test:
    try:
        info = json.loads(path.read_text())
        test = Test(path.parent, info)
    except KeyError as error:
        raise RunnerError(f"{path}: {error} is missing") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise RunnerError(f"{path}: {error}") from None
    if test.category not in CATEGORIES:
        raise RunnerError(f"{path}: unknown category {test.category!r}")
    for env in test.environments:
        if env not in ENVIRONMENTS:
            raise RunnerError(f"{path}: unknown environment {env!r}")
    return test


def load(directory: Path) -> List[Test]:
    """Return all built tests below `directory`, sorted by name."""
    tests = [_load(path) for path in directory.glob("*/info.json")]
    if not tests:
        raise RunnerError(f"no built test below {directory}; run `make` first")
    return sorted(tests, key=lambda test: test.name)
