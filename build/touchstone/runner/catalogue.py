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
        # Of a test for several domains: what each is, and the environments
        # that they run in together, one of `environments` for each.  The
        # second list holds those that run only when asked for.
        self.roles: List[str] = list(info.get("roles") or [])
        self.pairings: List[List[str]] = _pairings(info, "pairings")
        self.more_pairings: List[List[str]] = _pairings(info, "more-pairings")
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
        """Yield every instance.

        Each environment, or each pairing of them, in each variation.
        """
        for envs in ([*self.pairings, *self.more_pairings] if self.roles
                     else [[env] for env in self.environments]):
            for variation in self.variations or [None]:
                instance = Instance(self, "+".join(envs), variation)
                # A test is known by all its environments; those for arm64
                # are built only where that was asked for.
                if instance.arch == "x86" or instance.image.exists():
                    yield instance


class Part:
    """What becomes one domain: an image, and its configuration.

    `role` is what it is in a test for several domains.
    """

    def __init__(self, image_path: Path, cfg: Path, env: str,
                 role: Optional[str] = None) -> None:
        self.image = image_path
        self.cfg = cfg
        self.env = env
        self.role = role
        self._settings: Optional[Dict[str, xlcfg.Value]] = None

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

    def number(self, key: str, default: int) -> int:
        """Return a numeric setting; InstanceError if it is something else."""
        value = self.settings().get(key, default)
        try:
            return int(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise InstanceError(f"{self.cfg.name}: {key}={value!r} is no"
                                " number") from None


class Instance:
    """What is run, with one verdict: an image with one configuration.

    Of a test with roles, an image and a configuration for each of them: its
    `parts`.  `env` then names an environment for each, in the order of the
    roles, as in `pv64+hvm64`; image and cfg are those of the first.
    """

    def __init__(self, test: Test, env: str, variation: Optional[str]) -> None:
        self.test = test
        self.env = env
        self.envs = env.split("+")
        self.variation = variation
        more = f"~{variation}" if variation else ""
        self.name = f"test-{env}-{test.name}{more}"
        self.parts = [
            Part(test.directory / f"test-{one}-{test.name}",
                 test.directory / (f"{self.name}.{role}.cfg" if role
                                   else f"{self.name}.cfg"), one, role)
            for one, role in zip(self.envs, test.roles or [None])]
        self._titles: Optional[List[str]] = None

    def __str__(self) -> str:
        return self.name

    @property
    def image(self) -> Path:
        """The image; of several, that of the first role."""
        return self.parts[0].image

    @property
    def cfg(self) -> Path:
        """The configuration; of several, that of the first role."""
        return self.parts[0].cfg

    @property
    def on_request(self) -> bool:
        """Whether it is run only if its test or itself is asked for."""
        return self.envs in self.test.more_pairings

    @property
    def arch(self) -> str:
        """The architecture that the image is for."""
        return environments.ENVIRONMENTS[self.envs[0]].arch

    @property
    def is_pv(self) -> bool:
        """Whether the first image runs as a PV guest."""
        return self.parts[0].is_pv

    def settings(self) -> Dict[str, xlcfg.Value]:
        """Return the settings of the (first) xl.cfg: see Part."""
        return self.parts[0].settings()

    def titles(self) -> List[str]:
        """Return the titles of the cases, as far as the image tells them.

        Those of a program for dom0 follow.
        """
        if self._titles is None:
            self._titles = image.titles(self.image, self.envs[0])
            if self.test.dom0_program is not None:
                self._titles += image.titles(self.test.dom0_program, "64")
        return self._titles

    def number(self, key: str, default: int) -> int:
        """Return a numeric setting of the (first) xl.cfg: see Part."""
        return self.parts[0].number(key, default)


def _pairings(info: dict, key: str) -> List[List[str]]:
    return [str(pairing).split("+") for pairing in info.get(key) or []]


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
    for envs in [*test.pairings, *test.more_pairings]:
        if (len(envs) != len(test.roles)
                or not set(envs) <= set(test.environments)):
            raise RunnerError(
                f"{path}: pairing {'+'.join(envs)} does not name one of the"
                f" test's environments for each of its roles"
                f" ({' '.join(test.roles) or 'it has none'})")
    return test


def load(directory: Path) -> List[Test]:
    """Return all built tests below `directory`, sorted by name."""
    tests = [_load(path) for path in directory.glob("*/info.json")]
    if not tests:
        raise RunnerError(f"no built test below {directory}; run `make` first")
    return sorted(tests, key=lambda test: test.name)
