r"""Regular expressions whose search takes linear time, whatever the pattern says.

Python's own engine backtracks: a pattern such as (a+)+$ can hold a process for years. This one
runs Thompson's construction (Communications of the ACM 11(6), 1968) as a lazily built automaton:
each character of the text is looked at once. It knows literals, `.`, classes, \d \w \s, groups,
`|`, ? * + {m,n} and the anchors ^ $; look-arounds and back references are refused, since they
cannot be had in linear time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MAX_PATTERN_CHARS = 100
MAX_STATES = 300
_MAX_REPEAT = 50
_MAX_DEPTH = 20
_MAX_CACHED = 2_000
_Test = Callable[[str], bool]


class PatternError(Exception):
    """The pattern cannot be read or is too large; the text says why."""


@dataclass(slots=True)
class _State:
    """Goes on to `out` by a character that passes, or to all of `free` without one."""

    test: _Test | None = None
    out: int = -1
    free: list[int] = field(default_factory=list)
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class _Fragment:
    start: int
    end: int


class Pattern:
    """A compiled pattern."""

    def __init__(self, states: list[_State], whole: _Fragment) -> None:
        self._states = states
        self._accept = whole.end
        self._start = whole.start
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._first = self._closure([whole.start], at_start=True)
        self._again = self._closure([whole.start], at_start=False)

    def search(self, text: str) -> bool:
        """Whether the pattern stands anywhere in the text."""
        current = self._first
        for character in text:
            if self._accept in current:
                return True
            current = self._step(current, character)
        return self._accept in current or self._accept in self._closure(current, at_end=True)

    def _step(self, current: frozenset[int], character: str) -> frozenset[int]:
        key = (current, character)
        known = self._steps.get(key)
        if known is None:
            passed = [
                state.out
                for number in current
                if (state := self._states[number]).test is not None and state.test(character)
            ]
            known = self._closure(passed) | self._again
            if len(self._steps) >= _MAX_CACHED:
                self._steps.clear()
            self._steps[key] = known
        return known

    def _closure(
        self, numbers: Iterable[int], *, at_start: bool = False, at_end: bool = False
    ) -> frozenset[int]:
        seen: set[int] = set()
        open_ = list(numbers)
        while open_:
            number = open_.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            barred = (state.anchor == "^" and not at_start) or (state.anchor == "$" and not at_end)
            # In an empty text both anchors hold: the closure of the start passes "^", and the one
            # at the end of search() goes on from there through "$".
            if not barred:
                open_.extend(state.free)
        return frozenset(seen)


@functools.lru_cache(maxsize=256)
def compile_pattern(text: str) -> Pattern:
    """The pattern of a text.

    Raises:
        PatternError: the text is no pattern, is too long, or uses what cannot be linear.
    """
    if not 1 <= len(text) <= MAX_PATTERN_CHARS:
        raise PatternError(f"A pattern has 1 to {MAX_PATTERN_CHARS} characters.")
    reader = _Reader(text)
    whole = reader.alternatives(depth=0)
    if reader.at < len(text):
        raise PatternError("A bracket closes that was never opened.")
    return Pattern(reader.states, whole)


class _Reader:
    """Reads a pattern from left to right and builds its states."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.states: list[_State] = []

    def alternatives(self, *, depth: int) -> _Fragment:
        if depth > _MAX_DEPTH:
            raise PatternError("The brackets are too deep.")
        branches = [self._sequence(depth)]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence(depth))
        if len(branches) == 1:
            return branches[0]
        start, end = self._state(), self._state()
        for branch in branches:
            self.states[start].free.append(branch.start)
            self.states[branch.end].free.append(end)
        return _Fragment(start, end)

    def _sequence(self, depth: int) -> _Fragment:
        start = self._state()
        end = start
        while self._peek() not in ("", "|", ")"):
            begin = self.at
            part = self._atom(depth)
            part = self._repeated(part, begin, depth)
            self.states[end].free.append(part.start)
            end = part.end
        return _Fragment(start, end)

    def _repeated(self, part: _Fragment, begin: int, depth: int) -> _Fragment:
        source_end = self.at
        least, most = self._counts()
        if (least, most) == (1, 1):
            return part
        if self._peek() in ("?", "*", "+", "{"):
            raise PatternError("A repetition cannot follow another.")
        after = self.at
        parts = [part]
        for _ in range(max(least, most if most is not None else least + 1, 1) - 1):
            self.at = begin
            parts.append(self._atom(depth))
            if self.at != source_end:
                raise PatternError("The pattern cannot be read.")
        self.at = after
        return self._chain(parts, least, most)

    def _chain(self, parts: list[_Fragment], least: int, most: int | None) -> _Fragment:
        start, end = self._state(), self._state()
        here = start
        for number, part in enumerate(parts):
            if number >= least:
                self.states[here].free.append(end)
            if most == 0:
                break
            self.states[here].free.append(part.start)
            here = part.end
        self.states[here].free.append(end)
        if most is None:
            self.states[parts[-1].end].free.append(parts[-1].start)
        return _Fragment(start, end)

    def _counts(self) -> tuple[int, int | None]:
        sign = self._peek()
        if sign in ("?", "*", "+"):
            self.at += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        if sign != "{":
            return 1, 1
        close = self.text.find("}", self.at)
        inside = self.text[self.at + 1 : close] if close > 0 else ""
        low, comma, high = inside.partition(",")
        if not _is_count(low) or not (high == "" or _is_count(high)):
            raise PatternError("Write a repetition as {2}, {2,} or {2,5}.")
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if most is not None and most < least:
            raise PatternError("A repetition ends before it begins.")
        self.at = close + 1
        return least, most

    def _atom(self, depth: int) -> _Fragment:
        character = self._next()
        if character == "(":
            if self.text.startswith("?:", self.at):
                self.at += 2
            elif self._peek() == "?":
                raise PatternError("Look-arounds and named groups are not known here.")
            inside = self.alternatives(depth=depth + 1)
            if self._next() != ")":
                raise PatternError("A bracket is not closed.")
            return inside
        if character in ("^", "$"):
            start, end = self._state(), self._state()
            self.states[start].anchor = character
            self.states[start].free.append(end)
            return _Fragment(start, end)
        if character in ("*", "+", "?", "{"):
            raise PatternError("A repetition has nothing to repeat.")
        return self._passing(self._test_of(character))

    def _test_of(self, character: str) -> _Test:
        if character == ".":
            return lambda seen: seen != "\n"
        if character == "[":
            return self._class()
        if character == "\\":
            return _escaped(self._next())
        return lambda seen: seen == character

    def _class(self) -> _Test:
        negated = self._peek() == "^"
        self.at += negated
        tests: list[_Test] = []
        while (character := self._next()) != "]" or not tests:
            if character == "\\":
                tests.append(_escaped(self._next()))
            elif self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
                self.at += 1
                tests.append(_between(character, self._next()))
            else:
                tests.append(character.__eq__)
        if negated:
            return lambda seen: not any(test(seen) for test in tests)
        return lambda seen: any(test(seen) for test in tests)

    def _passing(self, test: _Test) -> _Fragment:
        start, end = self._state(), self._state()
        self.states[start].test = test
        self.states[start].out = end
        return _Fragment(start, end)

    def _state(self) -> int:
        if len(self.states) >= MAX_STATES:
            raise PatternError("The pattern is too large.")
        self.states.append(_State())
        return len(self.states) - 1

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        character = self._peek()
        if not character:
            raise PatternError("The pattern ends too early.")
        self.at += 1
        return character


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= _MAX_REPEAT


def _between(first: str, last: str) -> _Test:
    if last < first:
        raise PatternError("A range ends before it begins.")
    return lambda seen: first <= seen <= last


def _escaped(character: str) -> _Test:
    kinds: dict[str, _Test] = {
        "d": str.isdigit,
        "w": lambda seen: seen.isalnum() or seen == "_",
        "s": str.isspace,
        "t": "\t".__eq__,
        "n": "\n".__eq__,
    }
    if character in kinds:
        return kinds[character]
    if character.isalnum():
        raise PatternError(f"\\{character} is not known here.")
    return character.__eq__
