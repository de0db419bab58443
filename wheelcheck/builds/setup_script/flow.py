"""Ways through a setup script: branches, loops, and attempts that may fail."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial

from wheelcheck.builds.setup_script.calls import ENDS, Calls, LoopEnded, Returned, SetupCall
from wheelcheck.builds.setup_script.computed.script_values import (
    FunctionValue,
    Namespace,
    Opaque,
    Raised,
    Value,
    extensions_in,
    join,
    truth,
)
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_syntax import condition_text, kinds_caught
from wheelcheck.builds.setup_script.side_effects import (
    builds_something,
    catches_exits,
    is_trial,
)

__all__ = ["TRIAL", "Flow", "last_name"]

TRIAL = "a trial compilation succeeds"
"""The condition of what a script declares only after it has compiled something to see."""


_FREE = 10
"""Names are copied and joined where ways part; so many of them count as one step."""


class Flow(Calls):
    """Walks statements that choose a way. Where none can be chosen, all are walked and joined."""

    def __init__(self, around: ScriptContext, file: str) -> None:
        super().__init__(around, file)
        self._left: list[list[dict[str, Value]]] = []
        self._ways_gone = 0
        self._decided: dict[tuple[str, int], bool | None] = {}

    @property
    def decided(self) -> tuple[tuple[str, int, bool], ...]:
        """The conditions that always had one answer: their file and line, and the answer."""
        found = self._decided.items()
        return tuple((*place, answer) for place, answer in found if answer is not None)

    def _decide(self, node: ast.stmt | ast.ExceptHandler, *, answer: bool | None) -> None:
        place = (self.file, node.lineno)
        same = self._decided.setdefault(place, answer) is answer
        self._decided[place] = answer if same else None

    @contextmanager
    def _suppose(self, *conditions: str) -> Iterator[None]:
        before = self.supposing
        self.supposing = (*before, *conditions)
        try:
            with self._separately() if conditions else nullcontext():
                yield
        finally:
            self.supposing = before

    @contextmanager
    def _separately(self) -> Iterator[None]:
        """Go a way that the script may not go."""
        before = self.way
        self._ways_gone += 1
        self.way = (*before, self._ways_gone)
        try:
            yield
        finally:
            self.way = before

    def _ways(self, ways: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Walk alternatives of which any may be taken, and go on with what they have in common."""
        before = self.scope.names
        self.steps += len(before) // _FREE
        ends: list[dict[str, Value]] = []
        texts = tuple(text for text, _ in ways if text)
        last: Exception | None = None
        for text, way in ways:
            self.scope.names = dict(before)
            with self._separately(), self._suppose(*([text] if text else [])):
                try:
                    way()
                    ends.append(self.scope.names)
                except ENDS as end:
                    last = end
                    if isinstance(end, LoopEnded) and self._left:
                        self._left[-1].append(self.scope.names)
        if not ends:
            self.scope.names = before
            raise last if last is not None else LoopEnded
        self.scope.names = _joined(ends, (*self.supposing, *texts))

    def choose(self, node: ast.If) -> None:
        """One branch where the condition is known, else both."""
        known = self.known_truth(self.value(node.test))
        self._decide(node, answer=known)
        if known is not None:
            self.run(node.body if known else node.orelse)
            return
        text = condition_text(node.test)
        self._ways(
            [(text, lambda: self.run(node.body)), (f"not ({text})", lambda: self.run(node.orelse))]
        )

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        """Every turn over known elements; two turns over unknown elements."""
        over = self.value(node.iter)
        elements = self.iterated(over)
        known = isinstance(over, list | tuple | dict)
        if not known:
            elements *= 2  # what one turn leaves behind, a later one meets
        supposing = (
            () if known or truth(over) else (f"there is any of {condition_text(node.iter)}",)
        )
        with self._suppose(*supposing):
            self._turns(node, elements, known=known)

    def _turns(self, node: ast.For | ast.AsyncFor, elements: list[Value], *, known: bool) -> None:
        self._left.append([])
        broke = False
        try:
            for element in elements:
                before = dict(self.scope.names)
                self.store(node.target, element)
                broke = self._turn(node.body)
                if broke:
                    break
                if not known:
                    ends = [self.scope.names, before, *self._left[-1]]
                    self.scope.names = _joined(ends, self.supposing)
        finally:
            left = self._left.pop()
        if node.orelse and left and not broke:
            self._ways([("", lambda: None), ("", lambda: self.run(node.orelse))])
        elif not broke:
            self.run(node.orelse)
        self.scope.names = _joined([self.scope.names, *left], self.supposing)

    def _turn(self, body: list[ast.stmt]) -> bool:
        """One turn of a loop; whether it broke the loop off."""
        try:
            self.run(body)
        except LoopEnded as end:
            return end.broke
        return False

    def loop_while(self, node: ast.While) -> None:
        """One turn, unless the condition never holds."""
        if truth(self.value(node.test)) is not False:
            self._turn(node.body)

    def end_loop(self, node: ast.stmt) -> None:
        """`break` and `continue`."""
        raise LoopEnded(broke=isinstance(node, ast.Break))

    def match(self, node: ast.Match) -> None:
        """All cases, as if any might match."""
        subject = condition_text(node.subject)
        self._ways([(f"match {subject}", partial(self.run, case.body)) for case in node.cases])

    def attempt(self, node: ast.Try) -> None:
        """`try`: what fails for sure, what may fail, and what a failed build falls back on."""
        keys, calls, gained = self.world_reads, len(self.setup_calls), len(self.gained)
        before = dict(self.scope.names)
        try:
            with self._suppose(*([TRIAL] if is_trial(node) else [])):
                self.run(node.body)
        except Raised as raised:
            handler = _handler_for(node.handlers, raised.name)
            attempts = list(filter(_hands_over, self.setup_calls[calls:]))
            if handler is None and attempts and self._fall_back(node.handlers, attempts):
                self.fallback += 1  # what follows is reached only after the attempt failed
                return
            if handler is None:
                self.run(node.finalbody)
                raise
            self._decide(handler, answer=True)
            if handler.name:
                self.scope.set(handler.name, Opaque())
            self.run(handler.body)
        else:
            self.run(node.orelse)
            attempts = list(filter(_hands_over, self.setup_calls[calls:]))
            if attempts:
                self._fall_back(node.handlers, attempts)
            elif self.world_reads > keys and node.handlers:
                self.gained[gained:] = [(text, False) for text, _ in self.gained[gained:]]
                self._may_fail(before, node.handlers[0])
        self.run(node.finalbody)

    def _fall_back(
        self, handlers: Iterable[ast.ExceptHandler], attempts: Iterable[SetupCall]
    ) -> bool:
        """What the script does when attempts to set up with extension modules fail.

        Whether it goes on after the attempt. `setup()` makes a `SystemExit` of what compilers
        raise, which ``except Exception`` does not catch.
        """
        if all(map(_fails_by_exit, attempts)):
            handlers = filter(catches_exits, handlers)
        names = dict(self.scope.names)
        self.fallback += 1
        goes_on = False
        for handler in handlers:
            try:
                self.run(handler.body)
                goes_on = True
            except ENDS:
                continue
        self.fallback -= 1
        self.scope.names = names
        return goes_on

    def _may_fail(self, before: dict[str, Value], handler: ast.ExceptHandler) -> None:
        done = self.scope.names

        def failed() -> None:
            self.scope.names = dict(before)
            self.run(handler.body)

        def succeeded() -> None:
            self.scope.names = done

        self._ways([("what the script tries succeeds", succeeded), ("", failed)])

    def call_separately(self, function: Value) -> None:
        """Call a function of the script, however it ends, with unknown arguments."""
        if isinstance(function, FunctionValue):
            try:
                self.call(function, [{}], {}, function.node.lineno)
            except ENDS:
                return

    def returns_at_once(self, body: Sequence[ast.stmt], scope: Namespace) -> bool:
        """Whether statements return before anything but known conditions."""
        outer, self.scope = self.scope, scope
        try:
            for statement in body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    continue
                known = truth(self.value(statement.test)) if isinstance(statement, ast.If) else None
                if not isinstance(statement, ast.If) or known is None or statement.orelse:
                    return False
                if known:
                    returns = isinstance(statement.body[-1], ast.Return)
                    return returns and not any(map(builds_something, statement.body))
        except Raised:
            return False
        finally:
            self.scope = outer
        return False

    def ends_by(self, body: Sequence[ast.stmt], scope: Namespace) -> str:
        """Walk statements apart from the script: the exception they end by, "" for none."""
        outer, self.scope = self.scope, scope
        try:
            self.run(body)
        except Raised as raised:
            return raised.name
        except (Returned, LoopEnded):
            return ""
        finally:
            self.scope = outer
        return ""


def _hands_over(call: SetupCall) -> bool:
    by_cmake = call.function.split(".")[0] == "skbuild" or "cmake_source_dir" in call.arguments
    return by_cmake or bool(extensions_in(call.arguments))


def _fails_by_exit(call: SetupCall) -> bool:
    """Whether a failing compiler is a `SystemExit`; a command of the script may raise others."""
    of_distutils = call.function.split(".")[0] in {"setuptools", "distutils", "numpy"}
    return of_distutils and not call.arguments.get("cmdclass")


def _joined(ends: list[dict[str, Value]], conditions: tuple[str, ...]) -> dict[str, Value]:
    """The names of several ways through the script, as one."""
    if len(ends) == 1:
        return ends[0]
    names = dict.fromkeys(name for end in ends for name in end)
    return {name: join([end.get(name) for end in ends], conditions) for name in names}


def last_name(node: ast.expr | None) -> str:
    """The last name of what an expression raises or catches."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "Exception"


def _handler_for(handlers: list[ast.ExceptHandler], raised: str) -> ast.ExceptHandler | None:
    wide = {"BaseException"} if raised == "SystemExit" else {"BaseException", "Exception"}
    aliases = {"ImportError": {"ModuleNotFoundError"}, "KeyError": {"LookupError"}}
    wanted = {raised, *wide, *aliases.get(raised, ())}
    for handler in handlers:
        if any(kind is None or last_name(kind) in wanted for kind in kinds_caught(handler)):
            return handler
    return None
