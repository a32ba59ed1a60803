# SPDX-License-Identifier: BSD-2-Clause
"""From the words on the command line to the instances to run."""

from typing import Dict, List, Optional, Sequence, Set

from . import environments
from .catalogue import (ARM_ENVIRONMENTS, CATEGORIES, DEFAULT_CATEGORIES,
                        ENVIRONMENTS, Instance, Test)
from ..base.verdict import UsageError

ENVIRONMENT_GROUPS = {
    "pv": environments.named(guest="pv"),
    "hvm": environments.named(guest="hvm"),
    "arm64": ARM_ENVIRONMENTS,
}


def _unknown(word: str, known: Sequence[str]) -> UsageError:
    import difflib
    close = difflib.get_close_matches(word, known, n=3)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    return UsageError(f"unknown selection word '{word}'{hint}")


def _bare(word: str) -> str:
    """Reduce what a shell completes (tests/foo/, image paths) to a name."""
    word = word.rstrip("/").rsplit("/", 1)[-1]
    return word[:-4] if word.endswith(".cfg") else word


class _Words:
    """Selection words, sorted by what they select."""

    def __init__(self, words: Sequence[str], tests: Sequence[Test]) -> None:
        names = {test.name for test in tests}
        everything: Dict[str, Instance] = {
            instance.name: instance
            for test in tests for instance in test.instances()}
        pairings = {instance.env for instance in everything.values()
                    if len(instance.envs) > 1}
        self.environments: Set[str] = set()
        self.pairings: Set[str] = set()
        self.categories: Set[str] = set()
        self.names: Set[str] = set()
        self.instances: Set[str] = set()
        for word in words:
            bare = _bare(word)
            images = {name for name, instance in everything.items()
                      if bare == name or bare in [
                          part.image.name for part in instance.parts]}
            if word in ENVIRONMENTS:
                self.environments.add(word)
            elif word in pairings:
                self.pairings.add(word)
            elif word in ENVIRONMENT_GROUPS:
                self.environments.update(ENVIRONMENT_GROUPS[word])
            elif word in CATEGORIES:
                self.categories.add(word)
            elif bare in names:
                self.names.add(bare)
            elif images:
                self.instances |= images
            else:
                raise _unknown(word, [*ENVIRONMENTS, *ENVIRONMENT_GROUPS,
                                      *CATEGORIES, *names, *everything])

    def filters(self) -> bool:
        """Whether there are words other than names of instances."""
        return bool(self.environments or self.pairings or self.categories
                    or self.names)

    def has_env(self, instance: Instance) -> bool:
        """Whether an environment of an instance, or its pairing, is named."""
        return (instance.env in self.pairings
                or not self.environments.isdisjoint(instance.envs))


def select(tests: Sequence[Test], words: Sequence[str], *,
           everything: bool = False, non_default: bool = False,
           exclude: Sequence[str] = (),
           only: Optional[str] = None) -> List[Instance]:
    """Return the instances that the words name, in the catalogue's order.

    Environments, categories and test names narrow each other down; where no
    word of a kind is given, that kind is not narrowed, except that only the
    default categories count unless a test is named or `non_default` is set,
    and only the environments of x86.  Where several environments are paired,
    one that is named will do, or the pairing itself; those that are run on
    request are where a test, a pairing or `non_default` asks for them.
    Names of instances and images add to that.  `everything` selects without
    any word, and so does `non_default`.  `only` is the one category that
    counts.  UsageError for unknown words and for an empty selection.
    """
    chosen = _Words(words, tests)
    excluded = _Words(exclude, tests)
    filtered = everything or chosen.filters() or non_default and not words
    categories = {only} if only else chosen.categories
    if only and not chosen.instances:
        filtered = True
    if not categories:
        categories = set(CATEGORIES if non_default or chosen.names
                         else DEFAULT_CATEGORIES)
        if not chosen.names:
            categories.discard("broken")

    by_env = bool(chosen.environments or chosen.pairings)

    def is_chosen(instance: Instance) -> bool:
        test = instance.test
        if instance.name in chosen.instances:
            return only in (None, test.category)
        return (filtered
                and (chosen.has_env(instance) if by_env
                     else instance.arch == "x86")
                and test.category in categories
                and (not chosen.names or test.name in chosen.names)
                and (not instance.on_request or non_default
                     or test.name in chosen.names
                     or instance.env in chosen.pairings))

    def is_excluded(instance: Instance) -> bool:
        test = instance.test
        return (excluded.has_env(instance)
                or test.category in excluded.categories
                or test.name in excluded.names
                or instance.name in excluded.instances)

    selected = [instance for test in tests for instance in test.instances()
                if is_chosen(instance) and not is_excluded(instance)]
    if not selected:
        if not words and not filtered:
            raise UsageError("nothing selected; name tests, environments or"
                             " categories, or use --all (see --help, --list)")
        raise UsageError("no instance matches the selection: "
                         + " ".join([*words, *([only] if only else [])]))
    return selected
