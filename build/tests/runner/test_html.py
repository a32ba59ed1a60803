# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the HTML page: its text, and what a browser makes of it."""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
from html import unescape
from pathlib import Path
from typing import Dict, List
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.report import (comparison, html, pages,  # noqa: E402
                               terminal)
from touchstone.runs.compare import compare  # noqa: E402
from touchstone.runs.record import Run  # noqa: E402
from touchstone.base.verdict import (Case, Result, RunnerError,  # noqa: E402
                                Verdict)

try:
    import jinja2
except ImportError:
    jinja2 = None

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ENVIRONMENTS = ("pv64", "pv32pae", "hvm64", "hvm32pae", "hvm32pse", "hvm32")
EVIL = ('<script>document.body.dataset.evil = "yes"</script>'
        '</pre></details><img src=x onerror="document.body.dataset.evil=1">')
CONSOLE = f"""\
(XEN) Xen version 4.17.5 (Debian) (gcc 12) debug=y Sat
(XEN) build-id: f3bb24b0
(d1) a guest's line \x1b[31m
FAIL: map: two: got {EVIL}, expected 2 at tests/a/main.c:7
(XEN) Panic on CPU 1:
Test result: FAILURE
"""


def result(test: str, env: str, verdict: Verdict, cases: List[Case],
           text: str = CONSOLE) -> Result:
    instance = Instance(Test(Path("/nowhere"), {
        "name": test, "category": "functional",
        "environments": list(ENVIRONMENTS)}), env, None)
    log = BoundedLog()
    log.append(text.encode())
    bad = [case for case in cases if case.status == "FAIL"]
    found = Result(instance, verdict, bad[0].text if bad else "", cases, log,
                   1.5)
    if verdict is Verdict.FAILURE:
        found.hint, found.again = "XSA-1 <b>", "xtf-runner '<i>'"
    return found


def sample() -> Run:
    fail = Case("FAIL", f"map: {EVIL}",
                f"x is 1 {EVIL}, expected 2 at tests/a/main.c:7")
    good = [Case("PASS", "map: one"), Case("SKIP", "v2: three", "no v2")]
    results = [
        result("a", "pv64", Verdict.SUCCESS, good),
        result("a", "hvm64", Verdict.FAILURE, [*good, fail]),
        result("b", "pv64", Verdict.SUCCESS, good),
        result("b", "hvm64", Verdict.CRASH, []),
        result("c", "hvm32", Verdict.SKIP, [Case("SKIP", "all", "no Argo")]),
    ]
    run = Run({"description": f"Xen full {EVIL}", "command": EVIL,
               "started": "2026-01-01T00:00:00Z"},
              [one.instance.name for one in results])
    for one in results:
        run.add(one)
    return run


@unittest.skipIf(jinja2 is None, "python3-jinja2 is not installed")
class Text(unittest.TestCase):
    def setUp(self):
        self.page = html.render(sample(), pages.Pages())

    def test_nothing_of_a_run_is_markup(self):
        self.assertNotIn("<img", self.page)
        self.assertEqual(self.page.count("<script"), 1)
        self.assertNotIn("\x1b", self.page)
        self.assertIn("XSA-1 &lt;b&gt;", self.page)

    def test_what_it_says(self):
        self.assertIn("Xen 4.17.5: 2 of 5 instances went wrong", self.page)
        self.assertIn("<dd>f3bb24b0</dd>", self.page)
        self.assertIn("<dt>expected</dt><dd><code>2</code></dd>", self.page)
        self.assertIn("<dt>at</dt><dd><code>tests/a/main.c:7</code></dd>",
                      self.page)
        for line in ("(XEN) Panic on CPU 1:", "Test result: FAILURE"):
            self.assertIn(f"<mark>{line}</mark>", self.page)
        opened = re.findall(r'<details class="i [^>]*data-name="(\S+)"'
                            r"[^>]* open>", self.page)
        self.assertEqual(opened, ["test-hvm64-a", "test-hvm64-b"])

    def test_a_reason_and_its_parts(self):
        for reason, parts in (
                ("x is 1, expected 2 at tests/a/main.c:3",
                 [("got", "x is 1"), ("expected", "2"),
                  ("at", "tests/a/main.c:3")]),
                ("x is 1 at a.c:3", [("because", "x is 1"), ("at", "a.c:3")]),
                ("no v2", [("because", "no v2")]),
                ("two\nlines", [("because", "two\nlines")]), ("", [])):
            case = Case("FAIL", "a", reason)
            self.assertEqual(html._case(sample().results[0], case)["parts"],
                             parts)

    def test_long_consoles_lose_their_middle(self):
        self.assertEqual(html._room([1, 2, 3]), html._CONSOLE_CHARACTERS - 3)
        with mock.patch.object(html, "_CONSOLE_CHARACTERS", 300):
            self.assertEqual(html._room([1000, 10, 1000]), 145)
        text = terminal.shortened("a" * 100 + "b" * 100, 20)
        self.assertEqual(text, "a" * 10 + "\n[... 180 characters left out"
                         " ...]\n" + "b" * 10)

    def test_while_a_run_goes_on(self):
        with tempfile.TemporaryDirectory() as scratch:
            run = sample()
            done, run.results = run.results, []
            page = html.HtmlSink(Path(scratch) / "sub")
            page.begin(run)
            file = Path(scratch) / "sub/index.html"
            self.assertIn("0 of 5 instances ended", file.read_text())
            run.results = done[:1]
            page.tick(run)
            self.assertIn("0 of 5 instances ended", file.read_text())
            page._due = 0
            page.finished(run, done[0])
            self.assertIn("1 of 5 instances ended", file.read_text())
            run.results = done[:4]
            page.end(run)
            self.assertIn("2 of 5 instances went wrong, 1 did not end",
                          file.read_text())


@unittest.skipIf(jinja2 is None, "python3-jinja2 is not installed")
class Comparison(unittest.TestCase):
    def test_page(self):
        old, new = sample(), sample()
        old.results[1] = result("a", "hvm64", Verdict.SUCCESS, [
            Case("PASS", case.name) for case in new.results[1].cases])
        page = comparison.html_page(compare(old, new), pages.Pages())
        self.assertNotIn("<img", page)
        self.assertIn("Something got worse", page)
        self.assertIn('<span class="badge FAIL">FAIL</span>', page)
        self.assertIn("Still failing (1)", page)


class Missing(unittest.TestCase):
    def test_without_jinja2(self):
        with mock.patch.dict(sys.modules, {"jinja2": None}):
            with self.assertRaisesRegex(RunnerError, "python3-jinja2"):
                pages.Pages()


# Appended to the page: does what people do, and keeps what they would see.
DRIVER = """
addEventListener("error", event => { document.body.dataset.error =
  event.message; });
addEventListener("load", async () => {
  const seen = {};
  const all = selector => [...document.querySelectorAll(selector)];
  const look = name => { seen[name] = {
    items: all(".i").filter(i => !i.hidden).map(i => i.dataset.name),
    rows: all(".grid tbody tr").filter(r => !r.hidden).length,
    hash: location.hash,
    status: document.getElementById("shown").textContent,
    pressed: all("[data-key][aria-pressed=true]").map(b => b.dataset.value),
    open: all(".i[open]").map(i => i.dataset.name),
    focus: document.activeElement.closest(".i, .c")?.dataset.name || "",
  }; };
  const button = value => document.querySelector(`[data-value=${value}]`);
  const press = (key, target) => (target || document.activeElement)
    .dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  look("start");
  button("FAILURE").click(); button("CRASH").click(); look("two verdicts");
  button("pv64").click(); look("and pv64");
  press("Escape"); look("escape");
  const box = document.getElementById("q");
  box.value = "NO argo"; box.dispatchEvent(new Event("input"));
  look("text"); press("Escape", document.body);
  document.querySelector(".c[data-name=test-pv64-b]").click(); look("cell");
  const popped = new Promise(done => addEventListener("popstate", done));
  history.back(); await popped; look("back");
  press("n", document.body); look("n"); press("n"); look("n again");
  const cell = document.querySelector(".c[data-name=test-pv64-a]");
  cell.focus(); press("ArrowRight"); look("right");
  press("ArrowDown"); look("down"); press("ArrowUp"); look("up");
  const log = document.querySelector("[id='i=test-hvm64-b'] .log");
  const height = () => log.querySelector(".g").offsetHeight;
  seen.guest = [height() > 0];
  log.querySelector("[data-view=only-xen]").click();
  seen.guest.push(height() > 0);
  seen.unnamed = all("a, button, input").filter(
    e => !(e.textContent.trim() || e.ariaLabel)).length;
  document.body.dataset.seen = JSON.stringify(seen);
});
"""


@unittest.skipIf(jinja2 is None, "python3-jinja2 is not installed")
@unittest.skipIf(CHROMIUM is None, "chromium is not installed: the page is"
                 " not tried in a browser")
class Browser(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)

    def dump(self, text: str, fragment: str = "") -> str:
        """Return the document that a page has become, and check it."""
        file = self.directory / "index.html"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
             f"--user-data-dir={self.directory}/profile",
             "--enable-logging=stderr", "--virtual-time-budget=5000",
             "--dump-dom", file.as_uri() + fragment],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120)
        said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        self.assertEqual(said, [])
        self.assertNotIn("data-error", done.stdout)
        self.assertNotIn("data-evil", done.stdout)
        return done.stdout

    def drive(self) -> Dict[str, dict]:
        text = html.render(sample(), pages.Pages())
        # The page lets no other script in, ours included.
        text, count = re.subn(r"script-src 'sha256-[^']*'",
                              "script-src 'unsafe-inline'", text)
        self.assertEqual(count, 1)
        dumped = self.dump(text.replace(
            "</body>", f"<script>{DRIVER}</script></body>"))
        match = re.search(r'data-seen="([^"]*)"', dumped)
        self.assertIsNotNone(match, dumped[-2000:])
        return json.loads(unescape(match[1]))

    def test_filters_and_keys(self):
        seen = self.drive()
        bad = ["test-hvm64-a", "test-hvm64-b"]
        everything = bad + ["test-pv64-a", "test-pv64-b", "test-hvm32-c"]
        self.assertEqual(seen["start"]["items"], everything)
        self.assertEqual(seen["start"]["open"], bad)
        self.assertEqual(seen["start"]["status"], "5 shown")
        self.assertEqual(seen["two verdicts"]["items"], bad)
        self.assertEqual(seen["two verdicts"]["rows"], 2)
        self.assertEqual(seen["two verdicts"]["hash"], "#v=FAILURE,CRASH")
        self.assertEqual(seen["two verdicts"]["status"], "2 of 5 shown")
        self.assertEqual(seen["and pv64"]["items"], [])
        self.assertEqual(seen["and pv64"]["pressed"],
                         ["CRASH", "FAILURE", "pv64"])
        self.assertEqual(seen["escape"]["items"], everything)
        self.assertEqual(seen["text"]["items"], ["test-hvm32-c"])
        self.assertEqual(seen["text"]["hash"], "#q=NO%20argo")
        self.assertEqual(seen["cell"]["focus"], "test-pv64-b")
        self.assertIn("test-pv64-b", seen["cell"]["open"])
        self.assertEqual(seen["back"]["hash"], "")
        self.assertEqual([seen[key]["focus"] for key in (
            "n", "n again", "right", "down", "up")],
            ["test-hvm64-a", "test-hvm64-b", "test-hvm64-a", "test-hvm64-b",
             "test-hvm64-a"])
        self.assertEqual(seen["guest"], [True, False])
        self.assertEqual(seen["unnamed"], 0)

    def test_the_fragment_alone(self):
        dumped = self.dump(html.render(sample(), pages.Pages()),
                           "#v=SUCCESS&e=pv64&q=b&i=test-hvm64-a")
        hidden = {name for name, rest in re.findall(
            r'data-name="(\S+)" data-v([^>]*)>', dumped) if " hidden" in rest}
        # What is asked for by name is shown, whatever the filters are.
        self.assertEqual(hidden, {"test-hvm64-b", "test-hvm32-c",
                                  "test-pv64-a"})

    def test_a_page_of_usual_size_opens_in_a_second(self):
        """Measured in processor time, which a busy computer changes least."""
        def cost(text: str) -> float:
            def used() -> float:
                times = resource.getrusage(resource.RUSAGE_CHILDREN)
                return times.ru_utime + times.ru_stime

            start = used()
            self.dump(text)
            return used() - start

        run = sample()
        run.results, run.planned = [], []
        console = "\n".join(f"(XEN) line {at} of a console, as long as these"
                            " lines are" for at in range(92)) + "\n" + CONSOLE
        for at in range(400):
            cases = [Case("PASS", f"map: case {n} -> okay") for n in range(20)]
            one = result(f"test-{at // 6}", ENVIRONMENTS[at % 6],
                         Verdict.SUCCESS, cases, console)
            run.planned.append(one.instance.name)
            run.add(one)
        self.assertGreater(sum(len(one.log.text()) for one in run.results),
                           2 << 20)
        big = html.render(run, pages.Pages())
        start = cost("<!DOCTYPE html><p>x")
        self.assertLess(min(cost(big), cost(big)) - start, 1.0)


if __name__ == "__main__":
    unittest.main()
