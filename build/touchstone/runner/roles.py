# SPDX-License-Identifier: BSD-2-Clause
"""The consoles of several domains that run one test, each in its role.

Each role runs all cases, and gives a verdict of its own: the worst of them is
the instance's, and so it is with each case.
"""

import re
from typing import Dict, List, Mapping, Optional, Sequence

from ..base.verdict import Case, Verdict
from .console import Console

# In rising order: what one role skips, another may have checked.
_STATUSES = ("SKIP", "PASS", "ERROR", "FAIL")


def merged(consoles: Mapping[str, Console]) -> List[Case]:
    """Return the cases of all roles, each once, with its worst status.

    A reason begins with the role that gave it.
    """
    found: Dict[str, Case] = {}
    for role, console in consoles.items():
        for case in console.cases:
            known = found.get(case.name)
            if (known is None or _STATUSES.index(case.status)
                    > _STATUSES.index(known.status)):
                reason = f"{role}: {case.reason}" if case.reason else ""
                found[case.name] = Case(case.status, case.name, reason)
    return list(found.values())


def combined(consoles: Mapping[str, Console]) -> Optional[Verdict]:
    """Return the worst verdict of all roles; None if one has none yet."""
    verdicts = [console.verdict for console in consoles.values()]
    if None in verdicts:
        return None
    order = list(Verdict)
    return max((verdict for verdict in verdicts if verdict is not None),
               key=order.index)


def reason(consoles: Mapping[str, Console],
           verdict: Optional[Verdict]) -> str:
    """Return why a verdict is what it is: the first role's that gave it."""
    for role, console in consoles.items():
        if console.verdict is verdict and console.reason:
            return f"{role}: {console.reason}"
    return ""


def without_verdict(consoles: Mapping[str, Console]) -> str:
    """Return which roles gave no verdict, to be added to a sentence."""
    silent = [role for role, console in consoles.items()
              if console.verdict is None]
    return f"; none of {', '.join(silent)}" if silent else ""


class RolesConsole(Console):
    """The console of the conductor, which passes on those of the roles.

    A role's line has the role and a bar in front of it: `granter| PASS: ...`.
    Of the conductor itself is the verdict.
    """

    def __init__(self, roles: Sequence[str], domain: Optional[int] = 0,
                 titles: Sequence[str] = ()) -> None:
        super().__init__(domain, titles)
        self.roles = {role: Console(None, titles) for role in roles}
        self._of_role = re.compile(
            rf"({'|'.join(map(re.escape, roles))})\| (.*)")

    @property
    def cases(self) -> List[Case]:
        return merged(self.roles)

    @property
    def reports(self) -> List[str]:
        return [*super().reports, *[
            f"{role}: {report}" for role, console in self.roles.items()
            for report in console.reports]]

    def missing(self) -> str:
        return without_verdict(self.roles)

    def _guest_line(self, text: str, way: str) -> None:
        line = self._of_role.fullmatch(text)
        if line is not None:
            self.roles[line[1]].feed(f"{line[2]}\n".encode())
            return
        super()._guest_line(text, way)

    def _explain(self, way: str) -> str:
        # What a role said tells more than that it gave no verdict.
        return super()._explain(way) or reason(self.roles, self.verdict)
