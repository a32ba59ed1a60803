# SPDX-License-Identifier: BSD-2-Clause
"""Results as JUnit XML: one suite an instance, one test case a case."""

import re
from typing import List, Sequence, Tuple
from xml.sax.saxutils import escape, quoteattr

from ..base.verdict import (FLAKY, XFAIL, XPASS, Case, Ending, Result,
                            Verdict)
from .terminal import explain, hint

# A suite's text, and how many tests, failures, errors and skips it has.
Suite = Tuple[str, List[int]]

# All that XML 1.0 has no place for, not even as a character reference.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What there is in a test case for a word of an outcome.
_ELEMENT = {"FAIL": "failure", "ERROR": "error", "SKIP": "skipped",
            "FAILURE": "failure", "CRASH": "error", "TIMEOUT": "error",
            XFAIL: "skipped", XPASS: "failure", FLAKY: "failure"}


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("?", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", text))


def _properties(values: Sequence[Tuple[str, str]], indent: str) -> str:
    if not values:
        return ""
    lines = [f"{indent}  <property name={_attribute(name)}"
             f" value={_attribute(value)}/>" for name, value in values]
    return "\n".join([f"{indent}<properties>", *lines,
                      f"{indent}</properties>", ""])


def test_case(suite_name: str, name: str, seconds: float = 0.0, *,
              element: str = "", kind: str = "", message: str = "",
              detail: str = "", known: str = "",
              flaky: Sequence[Tuple[str, str]] = ()) -> str:
    """Return a test case; `element` is what it holds unless it passed.

    `known` is what is known of the failure beforehand, `flaky` the bad runs
    among several: word and message of each.
    """
    head = (f"    <testcase classname={_attribute(suite_name)}"
            f' name={_attribute(name)} time="{seconds:.3f}"')
    body = _properties([("known-defect", known)] if known else [], "      ")
    if element:
        body += (f"      <{element}"
                 + (f" type={_attribute(kind)}" if kind else "")
                 + f" message={_attribute(message)}")
        body += f">{_text(detail)}</{element}>\n" if detail else "/>\n"
    for word, text in flaky:
        body += (f'      <flakyFailure type="{word}"'
                 f" message={_attribute(text)}/>\n")
    return f"{head}>\n{body}    </testcase>" if body else f"{head}/>"


def _result_case(result: Result, name: str, word: str, message: str,
                 seconds: float = 0.0, detail: str = "",
                 flaky: Sequence[Tuple[str, str]] = ()) -> str:
    element = _ELEMENT.get(word, "")
    if word == FLAKY and result.forgiven:
        element = ""
    return test_case(
        result.instance.name, name, seconds, element=element,
        kind="" if word in ("SKIP", "FAIL") else word, message=message,
        detail="" if element == "skipped" else detail,
        known=result.hint if element else "", flaky=flaky)


def _bad(endings: Sequence[Ending]) -> List[Tuple[str, str]]:
    """Return word and message of each bad ending."""
    return [(ending.word, f"{ending.count} times: {ending.reason}")
            for ending in endings
            if ending.word not in ("PASS", "SUCCESS", "SKIP")]


def _case(result: Result, case: Case) -> str:
    word = result.word(case)
    message = case.reason
    flaky: List[Tuple[str, str]] = []
    if word == XPASS:
        message = hint(result)
    elif word == FLAKY:
        message = f"{result.times(case)}: {case.reason}"
        flaky = _bad(result.case_endings[case.name])
    return _result_case(result, case.name, word, message, flaky=flaky)


def _verdict_case(result: Result) -> str:
    """Return the instance's verdict as a case, so that each suite has one."""
    word = result.outcome
    message = f"{result.verdict}: {result.reason}".rstrip(": ")
    flaky: List[Tuple[str, str]] = []
    if word == XPASS:
        message = hint(result)
    elif word == FLAKY:
        message = f"{result.times()}: {message}"
        flaky = _bad(result.endings)
    return _result_case(result, "verdict", word, message, result.seconds,
                        "\n".join(explain(result)), flaky)


def make_suite(name: str, cases: Sequence[str], seconds: float,
               properties: Sequence[Tuple[str, str]] = (),
               output: str = "") -> Suite:
    """Return a suite of what test_case() returned."""
    body = "\n".join(cases)
    counts = [len(cases)] + [body.count(f"\n      <{element} ")
                             for element in ("failure", "error", "skipped")]
    if body:
        body += "\n"
    return (f"  <testsuite name={_attribute(name)}"
            f' tests="{counts[0]}" failures="{counts[1]}"'
            f' errors="{counts[2]}" skipped="{counts[3]}"'
            f' time="{seconds:.3f}">\n'
            f"{_properties(properties, '    ')}{body}{output}"
            f"  </testsuite>"), counts


def suite(result: Result) -> Suite:
    """Return a result as a suite, and its tests, failures, errors, skips."""
    output = ""
    if result.log is not None and result.verdict is not Verdict.SUCCESS:
        output = (f"    <system-out>{_text(result.log.text())}"
                  "</system-out>\n")
    if result.notes:
        output += (f"    <system-err>{_text(chr(10).join(result.notes))}"
                   "</system-err>\n")
    instance = result.instance
    properties = [("environment", instance.env),
                  ("category", instance.test.category),
                  ("outcome", result.outcome)]
    if result.again:
        properties.append(("run-again", result.again))
    cases = [_case(result, case) for case in result.cases]
    return make_suite(instance.name, [*cases, _verdict_case(result)],
                      result.seconds, properties, output)


def render(results: Sequence[Result]) -> str:
    """Return the results as a JUnit XML document (UTF-8)."""
    return document([suite(result) for result in results],
                    sum(result.seconds for result in results))


def document(suites: Sequence[Suite], seconds: float) -> str:
    """Return a JUnit XML document (UTF-8) of what suite() returned."""
    totals = [sum(counts[at] for _, counts in suites) for at in range(4)]
    body = "\n".join(text for text, _ in suites)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuites name="touchstone" tests="{totals[0]}"'
            f' failures="{totals[1]}" errors="{totals[2]}"'
            f' skipped="{totals[3]}" time="{seconds:.3f}">\n'
            f"{body}\n</testsuites>\n")
