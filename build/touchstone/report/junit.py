# SPDX-License-Identifier: BSD-2-Clause
"""Results as JUnit XML: one suite an instance, one test case a case."""

import re
from typing import List, Sequence, Tuple
from xml.sax.saxutils import escape, quoteattr

from ..base.verdict import Case, Result, Verdict
from .terminal import explain

# All that XML 1.0 has no place for, not even as a character reference.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ELEMENT = {"FAIL": "failure", "ERROR": "error", "SKIP": "skipped"}
_VERDICT_ELEMENT = {Verdict.SKIP: "skipped", Verdict.ERROR: "error",
                    Verdict.FAILURE: "failure", Verdict.CRASH: "error",
                    Verdict.TIMEOUT: "error"}


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("?", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", text))


def _case(result: Result, case: Case) -> str:
    head = (f'    <testcase classname={_attribute(result.instance.name)}'
            f' name={_attribute(case.name)} time="0"')
    element = _ELEMENT.get(case.status)
    if element is None:
        return head + "/>"
    return (f"{head}>\n      <{element} message={_attribute(case.reason)}/>\n"
            f"    </testcase>")


def _verdict_case(result: Result) -> str:
    """Return the instance's verdict as a case, so that each suite has one."""
    head = (f'    <testcase classname={_attribute(result.instance.name)}'
            f' name="verdict" time="{result.seconds:.3f}"')
    element = _VERDICT_ELEMENT.get(result.verdict)
    if element is None:
        return head + "/>"
    message = f"{result.verdict}: {result.reason}".rstrip(": ")
    detail = "\n".join(explain(result))
    if element == "skipped":
        return (f"{head}>\n      <skipped message={_attribute(message)}/>\n"
                f"    </testcase>")
    return (f'{head}>\n      <{element} type="{result.verdict}"'
            f" message={_attribute(message)}>{_text(detail)}</{element}>\n"
            f"    </testcase>")


def suite(result: Result) -> Tuple[str, List[int]]:
    """Return a result as a suite, and its tests, failures, errors, skips."""
    cases = [_case(result, case) for case in result.cases]
    cases.append(_verdict_case(result))
    body = "\n".join(cases)
    counts = [len(cases)] + [body.count(f"<{element} ")
                             for element in ("failure", "error", "skipped")]
    output = ""
    if result.log is not None and result.verdict is not Verdict.SUCCESS:
        output = (f"    <system-out>{_text(result.log.text())}"
                  "</system-out>\n")
    if result.notes:
        output += (f"    <system-err>{_text(chr(10).join(result.notes))}"
                   "</system-err>\n")
    instance = result.instance
    return (f"  <testsuite name={_attribute(instance.name)}"
            f' tests="{counts[0]}" failures="{counts[1]}"'
            f' errors="{counts[2]}" skipped="{counts[3]}"'
            f' time="{result.seconds:.3f}">\n'
            f"    <properties>\n"
            f'      <property name="environment" value="{instance.env}"/>\n'
            f'      <property name="category"'
            f' value="{instance.test.category}"/>\n'
            f"    </properties>\n"
            f"{body}\n"
            f"{output}"
            f"  </testsuite>"), counts


def render(results: Sequence[Result]) -> str:
    """Return the results as a JUnit XML document (UTF-8)."""
    return document([suite(result) for result in results],
                    sum(result.seconds for result in results))


def document(suites: Sequence[Tuple[str, List[int]]], seconds: float) -> str:
    """Return a JUnit XML document (UTF-8) of what suite() returned."""
    totals = [sum(counts[at] for _, counts in suites) for at in range(4)]
    body = "\n".join(text for text, _ in suites)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuites name="touchstone" tests="{totals[0]}"'
            f' failures="{totals[1]}" errors="{totals[2]}"'
            f' skipped="{totals[3]}" time="{seconds:.3f}">\n'
            f"{body}\n</testsuites>\n")
