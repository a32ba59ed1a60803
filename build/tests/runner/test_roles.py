# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: tests of several roles, from their description to a verdict."""

import json
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.hosts import Options, conductor  # noqa: E402
from touchstone.hosts.dom0 import Dom0Host  # noqa: E402
from touchstone.hypervisors.hypervisor import Hypervisor  # noqa: E402
from touchstone.runner import catalogue  # noqa: E402
from touchstone.runner.console import Console  # noqa: E402
from touchstone.runner.roles import (  # noqa: E402
    RolesConsole, combined, merged)
from touchstone.runner.selection import select  # noqa: E402
from touchstone.base.verdict import (  # noqa: E402
    InstanceError, RunnerError, UsageError, Verdict)

PAIR = {
    "name": "pair", "category": "functional",
    "environments": ["pv64", "hvm64", "hvm32pae"],
    "roles": ["granter", "grantee"],
    "pairings": ["pv64+hvm64", "hvm64+hvm32pae"],
    "more-pairings": ["pv64+pv64"],
}
PLAIN = {"name": "plain", "category": "functional",
         "environments": ["pv64", "hvm64"]}


class Catalogue(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)
        self.write(PAIR)
        self.write(PLAIN)

    def write(self, info: dict) -> None:
        (self.directory / info["name"]).mkdir(exist_ok=True)
        (self.directory / info["name"] / "info.json").write_text(
            json.dumps(info))

    def load(self) -> list:
        return catalogue.load(self.directory)

    def names(self, *words: str, **options) -> list:
        return [str(instance)
                for instance in select(self.load(), words, **options)]

    def first(self) -> catalogue.Instance:
        return next(self.load()[0].instances())


class Instances(Catalogue):
    def test_each_role_has_an_image_and_a_configuration(self) -> None:
        instance = self.first()
        self.assertEqual(instance.name, "test-pv64+hvm64-pair")
        self.assertEqual(
            [(part.role, part.env, part.image.name, part.cfg.name, part.is_pv)
             for part in instance.parts],
            [("granter", "pv64", "test-pv64-pair",
              "test-pv64+hvm64-pair.granter.cfg", True),
             ("grantee", "hvm64", "test-hvm64-pair",
              "test-pv64+hvm64-pair.grantee.cfg", False)])

    def test_a_test_without_roles_is_one_part(self) -> None:
        instance = next(self.load()[1].instances())
        self.assertEqual([(part.role, part.cfg.name)
                          for part in instance.parts],
                         [(None, "test-pv64-plain.cfg")])

    def test_a_pairing_names_an_environment_for_each_role(self) -> None:
        for bad in ("pv64", "pv64+hvm64+pv64", "pv64+hvm32"):
            self.write({**PAIR, "pairings": [bad]})
            with self.assertRaisesRegex(RunnerError, "pairing"):
                self.load()


class Selection(Catalogue):
    def test_others_only_on_request(self) -> None:
        both = ["test-pv64+hvm64-pair", "test-hvm64+hvm32pae-pair"]
        plain = ["test-pv64-plain", "test-hvm64-plain"]
        self.assertEqual(self.names(everything=True), both + plain)
        self.assertEqual(self.names("pair"), both + ["test-pv64+pv64-pair"])
        self.assertEqual(self.names(non_default=True),
                         both + ["test-pv64+pv64-pair"] + plain)
        self.assertEqual(self.names("test-pv64+pv64-pair"),
                         ["test-pv64+pv64-pair"])

    def test_an_environment_in_any_role(self) -> None:
        self.assertEqual(self.names("hvm32pae"), ["test-hvm64+hvm32pae-pair"])
        self.assertEqual(self.names("pv64"),
                         ["test-pv64+hvm64-pair", "test-pv64-plain"])
        self.assertEqual(self.names("hvm32pae", "pair"),
                         ["test-hvm64+hvm32pae-pair"])

    def test_a_pairing(self) -> None:
        self.assertEqual(self.names("pv64+hvm64"), ["test-pv64+hvm64-pair"])
        self.assertEqual(self.names("pv64+pv64"), ["test-pv64+pv64-pair"])
        with self.assertRaises(UsageError):
            self.names("hvm32pae+hvm32pae")

    def test_excluded_in_any_role(self) -> None:
        self.assertEqual(self.names("pair", exclude=["pv64"]),
                         ["test-hvm64+hvm32pae-pair"])
        self.assertEqual(self.names(everything=True, exclude=["hvm64"]),
                         ["test-pv64-plain"])

    def test_an_image_selects_the_instances_that_use_it(self) -> None:
        self.assertEqual(self.names("test-hvm32pae-pair"),
                         ["test-hvm64+hvm32pae-pair"])


class Plans(Catalogue):
    def setUp(self) -> None:
        super().setUp()
        for env in ("pv64", "hvm64", "hvm32pae"):
            (self.directory / "pair" / f"test-{env}-pair").write_bytes(
                f"image of {env}".encode())

    def test_images_are_where_the_plan_says(self) -> None:
        data = conductor.module(self.first(), "case=a*", 1, [False, True])
        magic, count, _ = struct.unpack_from("<8sII", data)
        self.assertEqual((magic, count), (b"Tstplan1", 2))
        for at, role, image, hap in ((16, b"granter", b"image of pv64", 1),
                                     (56, b"grantee", b"image of hvm64", 0)):
            name, offset, size, pages, vcpus, has_hap, _ = struct.unpack_from(
                "<16s6I", data, at)
            self.assertEqual(name.rstrip(b"\0"), role)
            self.assertEqual(data[offset:offset + size], image)
            self.assertEqual((offset % 4096, pages, vcpus, has_hap),
                             (0, conductor.PAGES, 1, hap))
        self.assertEqual(data[176:].split(b"\0")[0], b"case=a*")

    def test_words_must_fit(self) -> None:
        with self.assertRaisesRegex(InstanceError, "too long"):
            conductor.module(self.first(), "x" * 512, 1, [False, False])

    def test_an_image_is_missing(self) -> None:
        (self.directory / "pair/test-hvm64-pair").unlink()
        with self.assertRaisesRegex(InstanceError, "run `make`"):
            conductor.module(self.first(), "", 1, [False, False])

    def test_dom0_is_the_conductor(self) -> None:
        options = Options()
        options.qemu, options.accel = sys.executable, "tcg"
        options.cases = ["a*"]
        host = Dom0Host(options)
        host._hypervisor = Hypervisor("mine", "4.17", Path("/xen"))
        instance = next(one for one in self.load()[0].instances()
                        if one.env == "hvm64+hvm32pae")
        command = host.command(instance, initrd="/proc/self/fd/9")
        xen = command[command.index("-append") + 1].split()
        self.assertEqual(command[command.index("-initrd") + 1],
                         "test-pv64-conductor,/proc/self/fd/9")
        self.assertNotIn("dom0=pvh", xen)
        self.assertIn("dom0_max_vcpus=1", xen)
        data = host._initrd(instance)
        self.assertIn(b"case=a*", data)
        # Under an emulator, hvm32pae runs on shadow paging.
        self.assertEqual([struct.unpack_from("<16s6I", data, at)[5]
                          for at in (16, 56)], [1, 0])


def feed(console: Console, text: str) -> Console:
    console.feed(text.encode())
    return console


class Consoles(unittest.TestCase):
    ROLES = ["granter", "grantee"]
    TITLES = ["map: a", "copy: b"]

    def console(self, *lines: str) -> RolesConsole:
        console = RolesConsole(self.ROLES, 0, self.TITLES)
        feed(console, "".join(line + "\n" for line in lines))
        return console

    def test_the_worst_of_each_case(self) -> None:
        console = self.console(
            "granter| PASS: map: a", "grantee| FAIL: map: a: x is 1 at f.c:1",
            "granter| PASS: copy: b", "grantee| PASS: copy: b",
            "granter| Test result: SUCCESS", "grantee| Test result: FAILURE",
            "Test result: FAILURE")
        self.assertIs(console.verdict, Verdict.FAILURE)
        self.assertEqual(
            [(case.status, case.name, case.reason) for case in console.cases],
            [("FAIL", "map: a", "grantee: x is 1 at f.c:1"),
             ("PASS", "copy: b", "")])
        self.assertEqual(console.reason,
                         "grantee: map: a: x is 1 at f.c:1")

    def test_what_the_conductor_says_goes_first(self) -> None:
        console = self.console(
            "granter| PASS: map: a", "granter| Test result: SUCCESS",
            "Failure: grantee: the domain crashed without a verdict",
            "Test result: FAILURE")
        self.assertEqual(console.reason,
                         "grantee: the domain crashed without a verdict")

    def test_a_role_that_has_left_skips_the_rest(self) -> None:
        console = self.console(
            "granter| PASS: map: a",
            "grantee| SKIP: map: a: role grantee has left")
        self.assertEqual([case.status for case in console.cases], ["PASS"])

    def test_lines_of_no_role_are_none(self) -> None:
        console = self.console("someone| FAIL: map: a: no",
                               "(d1) FAIL: map: a: by Xen's log",
                               "(XEN) granter| Test result: FAILURE")
        self.assertEqual(console.cases, [])
        self.assertIsNone(console.verdict)

    def test_who_is_missing(self) -> None:
        console = self.console("granter| Test result: SUCCESS")
        self.assertEqual(console.missing(), "; none of grantee")
        feed(console, "grantee| Test result: SKIP\n")
        self.assertEqual(console.missing(), "")

    def test_consoles_of_their_own(self) -> None:
        consoles = {role: Console(None, self.TITLES) for role in self.ROLES}
        feed(consoles["granter"], "PASS: map: a\nTest result: SUCCESS\n")
        self.assertIsNone(combined(consoles))
        feed(consoles["grantee"], "SKIP: map: a: why\nTest result: SKIP\n")
        self.assertIs(combined(consoles), Verdict.SKIP)
        self.assertEqual([case.status for case in merged(consoles)], ["PASS"])


if __name__ == "__main__":
    unittest.main()
