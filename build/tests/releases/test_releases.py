# SPDX-License-Identifier: BSD-2-Clause
"""build/releases: what it runs again, what it shows, how it stops."""

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Optional, Tuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone import hosts  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.releases import command, matrix, store  # noqa: E402
from touchstone.releases.matrix import Column  # noqa: E402
from touchstone.releases.store import Outcome, Store  # noqa: E402
from touchstone.base.verdict import Case, Result, UsageError, Verdict  # noqa: E402

XEN = (b"\x7fELF\x01" + bytes(123)
       + (0x1BADB002).to_bytes(4, "little") + bytes(64))


class WithTests(unittest.TestCase):
    """A test with a directory of two tests, `example` and `maps`."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)
        for name in ("example", "maps"):
            where = self.dir / "tests" / name
            where.mkdir(parents=True)
            (where / "info.json").write_text(json.dumps({
                "name": name, "category": "functional",
                "environments": ["pv64", "hvm64"]}))
            for env in ("pv64", "hvm64"):
                (where / f"test-{env}-{name}").write_bytes(b"\x7fELF")

    def instance(self, name: str = "maps", env: str = "pv64") -> Instance:
        where = self.dir / "tests" / name
        return Instance(Test(where, json.loads(
            (where / "info.json").read_text())), env, None)


class Stores(WithTests):
    """Which outcomes still count."""

    def store(self, identity: Optional[str] = "one") -> Store:
        return Store(self.dir / "results/a.json", identity)

    def test_kept_with_reason_and_cases(self) -> None:
        first = self.store()
        first.add(Result(self.instance(), Verdict.FAILURE, "m: why",
                         [Case("PASS", "a"), Case("FAIL", "m: why"),
                          Case("SKIP", "v2: none")]))
        first.save()
        self.assertEqual(self.store().outcomes(self.instance()), [
            Outcome(Verdict.FAILURE, "FAIL: m: why",
                    ["FAIL: m: why", "SKIP: v2: none"], 0.0)])

    def test_known_defect_is_kept(self) -> None:
        result = Result(self.instance(), Verdict.CRASH, "Xen panicked")
        result.known, result.hint = True, "XSA-1"
        first = self.store()
        first.add(result)
        first.save()
        self.assertEqual(self.store().outcomes(self.instance())[0].known,
                         "XSA-1")

    def test_missing_counts_runs(self) -> None:
        kept = self.store()
        kept.add(Result(self.instance(), Verdict.SUCCESS))
        both = [self.instance(), self.instance(env="hvm64")]
        self.assertEqual(kept.missing(both, 1), both[1:])
        self.assertEqual(kept.missing(both, 2), both)

    def test_another_hypervisor_begins_anew(self) -> None:
        kept = self.store()
        kept.add(Result(self.instance(), Verdict.SUCCESS))
        kept.save()
        self.assertEqual(self.store("other").outcomes(self.instance()), [])
        self.assertEqual(len(self.store(None).outcomes(self.instance())), 1)

    def test_another_image_or_configuration_is_run_again(self) -> None:
        instance = self.instance()
        for changed in (instance.image, instance.cfg):
            kept = self.store()
            kept.add(Result(instance, Verdict.SUCCESS))
            kept.save()
            changed.write_bytes(b"\x7fELF other")
            self.assertEqual(self.store().missing([instance], 1), [instance])

    def test_broken_file_is_no_obstacle(self) -> None:
        (self.dir / "results").mkdir()
        for text in ("", "[", "{}", "[]"):
            (self.dir / "results/a.json").write_text(text)
            self.assertEqual(self.store().outcomes(self.instance()), [])


def column(name: str, **outcomes: "List[Tuple[Verdict, str]]") -> Column:
    return Column(name, "4." + name, {
        f"test-pv64-{test}": [Outcome(verdict, why) for verdict, why in runs]
        for test, runs in outcomes.items()})


OK = (Verdict.SUCCESS, "")
BAD = (Verdict.FAILURE, "FAIL: a: is | 1")
LACKS = (Verdict.SKIP, "needs CONFIG_ARGO")
GONE = (Verdict.CRASH, "Xen panicked")


class Matrix(unittest.TestCase):
    """What the matrix says."""

    COLUMNS = [column("17", maps=[OK, OK], argo=[LACKS, LACKS],
                      copy=[OK, OK]),
               column("20", maps=[OK, BAD], argo=[LACKS, LACKS],
                      copy=[GONE, GONE]),
               Column("21", "", {}, "does not build")]

    def test_rows_are_those_that_say_something(self) -> None:
        self.assertEqual(matrix.rows(self.COLUMNS),
                         ["test-pv64-maps", "test-pv64-argo",
                          "test-pv64-copy"])
        self.assertEqual(matrix.rows([column("1", maps=[OK])]), [])

    def test_cells(self) -> None:
        self.assertEqual([one.cell("test-pv64-maps")
                          for one in self.COLUMNS], [".", "FAIL 1/2", "-"])

    def test_reasons(self) -> None:
        self.assertEqual(matrix.reasons(self.COLUMNS, matrix.is_wrong), [
            ("CRASH: Xen panicked", [("20", "copy (pv64)")]),
            ("FAIL: a: is | 1", [("20", "maps (pv64)")])])
        self.assertEqual(matrix.reasons(self.COLUMNS, matrix.is_skip), [
            ("needs CONFIG_ARGO", [("17, 20", "argo (pv64)")])])

    def test_known_defects_stand_apart(self) -> None:
        bad = Outcome(Verdict.FAILURE, "FAIL: a")
        known = bad._replace(known="XSA-1; fixed by 123")
        good = Outcome(Verdict.SUCCESS)
        one = Column("17", "4.17", {
            "test-pv64-a": [known, good], "test-pv64-b": [known, bad],
            "test-pv64-c": [known, known]})
        self.assertEqual([one.cell(f"test-pv64-{test}") for test in "abc"],
                         ["known 1/2", "FAIL 1/2", "known"])
        self.assertEqual(one.counted(), "1 FAILURE, 2 known")
        self.assertEqual(matrix.reasons([one], matrix.is_wrong),
                         [("FAIL: a", [("17", "b (pv64)")])])
        self.assertIn("Defects that the release is known to have:\n\n"
                      "- `XSA-1; fixed by 123`\n    - 17: a (pv64), b (pv64),"
                      " c (pv64)\n", matrix.markdown([one]))

    def test_text(self) -> None:
        text = matrix.text(self.COLUMNS)
        self.assertIn("  1  17  4.17  2 SUCCESS, 1 SKIP\n", text)
        self.assertIn("  3  21        does not build\n", text)
        self.assertIn("test-pv64-maps     .  FAIL 1/2  -\n", text)

    def test_markdown(self) -> None:
        text = matrix.markdown(self.COLUMNS)
        self.assertIn("| 20 | 4.20 |  | 1 |  | 1 | 1 |  |  |  |\n", text)
        self.assertIn("| test-pv64-copy | . | CRASH | - |\n", text)
        self.assertIn("- `needs CONFIG_ARGO`\n    - 17, 20: argo (pv64)\n",
                      text)

    def test_document_keeps_what_people_wrote(self) -> None:
        once = matrix.into_document("# Releases\n",
                                    matrix.markdown(self.COLUMNS))
        document = once + "\nAfter.\n"
        self.assertTrue(document.startswith("# Releases\n"))
        fewer = matrix.markdown(self.COLUMNS[:1])
        twice = matrix.into_document(document, fewer)
        self.assertEqual(twice, f"# Releases\n\n{fewer}\nAfter.\n")

    def test_json(self) -> None:
        data = json.loads(matrix.as_json(self.COLUMNS))["hypervisors"]
        self.assertEqual([one["name"] for one in data], ["17", "20", "21"])
        self.assertEqual(data[2]["problem"], "does not build")
        self.assertEqual([run["verdict"] for run in
                          data[1]["instances"]["test-pv64-maps"]],
                         ["SUCCESS", "FAILURE"])


class Subjects(WithTests):
    """What names a hypervisor, and what it is then called."""

    def subjects(self, *words: str) -> Dict[str, str]:
        return dict(command.subjects(words, None))

    def test_names(self) -> None:
        (self.dir / "4.20/xen").mkdir(parents=True)
        tree = str(self.dir / "4.20")
        self.assertEqual(
            self.subjects("full@trixie", f"{self.dir}/rc1/xen", "/boot/x.gz",
                          tree, f"tree:{tree}?config=nodebug", "m=/m/xen"),
            {"full@trixie": "full@trixie",
             "rc1": f"{self.dir}/rc1/xen", "x.gz": "/boot/x.gz",
             "4.20": f"tree:{tree}",
             "4.20-nodebug": f"tree:{tree}?config=nodebug",
             "m": "/m/xen"})

    def test_list(self) -> None:
        listed = self.dir / "list"
        listed.write_text("# all\nfull\n\nmine = hv/xen   # built today\n")
        self.assertEqual(command.subjects([], listed), [
            ("full", "full"), ("mine", str(self.dir / "hv/xen"))])

    def test_names_must_differ(self) -> None:
        with self.assertRaisesRegex(UsageError, "two .* are called a"):
            self.subjects("/1/a/xen", "/2/a/xen")
        with self.assertRaisesRegex(UsageError, "no hypervisor is named"):
            self.subjects()


class FakeHost(hosts.Host):
    """Says what happens on which hypervisor; counts what it ran."""

    ran: List[str] = []
    fails: Dict[str, Verdict] = {}
    signal_after = 0

    def __init__(self) -> None:
        super().__init__(hosts.Options())
        self.qemu = mock.Mock(accel="tcg")
        self.qemu.version.return_value = "8"

    def can_run(self, instance: Instance) -> Optional[str]:
        return None

    def default_jobs(self) -> int:
        return 1

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        self.ran.append(instance.name)
        if len(self.ran) == self.signal_after:
            os.kill(os.getpid(), signal.SIGINT)
            os.read(stop.fileno(), 1)
            return None
        verdict = self.fails.get(instance.name, Verdict.SUCCESS)
        return Result(instance, verdict, str(verdict))


class Command(WithTests):
    """The whole command, but for QEMU."""

    def setUp(self) -> None:
        super().setUp()
        for name in ("a", "b"):
            (self.dir / name).mkdir()
            (self.dir / name / "xen").write_bytes(XEN + name.encode())
        handlers = {number: signal.getsignal(number) for number in
                    (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        for number, handler in handlers.items():
            self.addCleanup(signal.signal, number, handler)
        FakeHost.fails = {}
        FakeHost.signal_after = 0

    def call(self, *words: str) -> Tuple[int, List[str], str]:
        """Return exit status, what ran, and the output."""
        FakeHost.ran = []
        out = io.StringIO()
        with mock.patch.object(command._Run, "_host",
                               lambda _self, _xen: FakeHost()), \
                contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(io.StringIO()):
            status = command.main([
                "--tests-dir", str(self.dir / "tests"),
                "-o", str(self.dir / "out"), "--xen", str(self.dir / "a/xen"),
                *words])
        return status, FakeHost.ran, out.getvalue()

    def test_second_call_runs_nothing(self) -> None:
        status, ran, _ = self.call()
        self.assertEqual((status, len(ran)), (0, 6))    # two of them probe
        status, ran, text = self.call()
        self.assertEqual((status, ran), (0, []))
        self.assertIn("4 SUCCESS", text)
        self.assertEqual(len(self.call("--fresh")[1]), 6)
        self.assertEqual(len(self.call("-r", "3")[1]), 2 + 8)

    def test_status_is_the_worst(self) -> None:
        FakeHost.fails = {"test-pv64-maps": Verdict.FAILURE}
        self.assertEqual(self.call()[0], 5)
        self.assertEqual(self.call("--show")[0], 5)

    def test_changed_hypervisor_runs_again(self) -> None:
        self.call()
        (self.dir / "a/xen").write_bytes(XEN + b"new")
        self.assertEqual(len(self.call()[1]), 6)

    def test_one_that_does_not_boot_costs_little(self) -> None:
        FakeHost.fails = {f"test-{env}-example": Verdict.TIMEOUT
                          for env in ("pv64", "hvm64")}
        status, ran, text = self.call()
        self.assertEqual((status, len(ran)), (4, 2))
        self.assertIn("does not boot: TIMEOUT", text)

    def test_a_missing_one_does_not_stop_others(self) -> None:
        status, _, text = self.call("--xen", "x=/none/xen", "--xen",
                                    str(self.dir / "b/xen"))
        self.assertEqual(status, 4)
        self.assertIn("No such file", text)
        self.assertEqual(text.count("4 SUCCESS"), 2)

    def test_interrupted_and_continued(self) -> None:
        FakeHost.signal_after = 5
        status, ran, text = self.call("--xen", str(self.dir / "b/xen"))
        self.assertEqual((status, len(ran)), (130, 5))
        self.assertIn("2 SUCCESS", text)
        FakeHost.signal_after = 0
        status, ran, _ = self.call()
        self.assertEqual((status, len(ran)), (0, 2))

    def test_reports(self) -> None:
        document = self.dir / "doc.md"
        document.write_text(f"Before\n{matrix.BEGIN}\n{matrix.END}\nAfter\n")
        self.call("--markdown", str(document))
        section = (self.dir / "out/matrix.md").read_text()
        self.assertEqual(document.read_text(), f"Before\n{section}After\n")
        self.assertTrue((self.dir / "out/matrix.txt").exists())
        json.loads((self.dir / "out/matrix.json").read_text())


if __name__ == "__main__":
    unittest.main()
