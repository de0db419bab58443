"""Verdicts on loading that an earlier run gave, of wheels of which all is known.

`StoredTarget` has all of a target at once, for the same packages; `StoredLoads` one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from packaging.utils import NormalizedName

from wheelcheck.analysis.loads.judged_wheels import FOUND_NOTHING, Judged, wheels_of
from wheelcheck.index.cache.disk import cache_key
from wheelcheck.index.interface import Wheel
from wheelcheck.loading.verdict.loads import Loads
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets.target import Image

TYPE_CHECKING = False
if TYPE_CHECKING:  # with all that is read of wheels
    from wheelcheck.loading.wheel_facts import WheelFacts

__all__ = ["StoredLoads", "StoredTarget"]


class StoredTarget:
    """The verdicts on all wheels of a target: they rest on its image and on what is taken there.

    Most are that a wheel loads: the others alone are stored.

    Args:
        stored: The answers of earlier runs on the target.
        image: The image that is looked into; None where there is none.
        judged: What is taken, by package; its wheels are on pages, as a direct reference may have a
            secret in its URL.
    """

    def __init__(self, stored: TargetAnswers, image: Image | None, judged: Judged) -> None:
        self._stored = stored
        self._wheels = list(wheels_of(judged))
        places = {wheel.name: stored.place(wheel) for wheel in self._wheels}
        taken = [(name, places.get(name)) for name in sorted(judged)]
        self._key = f"all loads {cache_key(repr((image, taken)))}"

    def get(self) -> dict[NormalizedName, Loads] | None:
        """The verdict on each wheel; None where none are stored."""
        others = self._stored.result(self._key, _decode_all)
        if others is None:
            return None
        return {wheel.name: others.get(wheel.name, FOUND_NOTHING) for wheel in self._wheels}

    def add(self, loads: Mapping[NormalizedName, Loads]) -> None:
        """Store the verdicts."""
        others = {name: verdict for name, verdict in loads.items() if verdict != FOUND_NOTHING}
        self._stored.add_result(self._key, _encode(others))


class StoredLoads:
    """The verdicts on a target; they rest on the wheel and on what others of them lend it.

    Args:
        stored: The answers of earlier runs on the target.
        image: The image that is looked into; None where there is none.
        lent: The libraries in each wheel, with what they need from outside it.
    """

    def __init__(
        self,
        stored: TargetAnswers,
        image: Image | None,
        lent: Mapping[NormalizedName, Mapping[str, tuple[str, ...]]],
    ) -> None:
        self._stored = stored
        libraries = sorted((name, sorted(of.items())) for name, of in lent.items())
        self._rests_on = cache_key(repr((image, libraries)))

    def get(self, wheel: Wheel, facts: WheelFacts | Loads) -> Loads | None:
        """The verdict on a wheel of which these facts are known; None where none is stored."""
        return self._stored.result(self._key(wheel, facts), _decode) if wheel.origin else None

    def add(self, wheel: Wheel, facts: WheelFacts | Loads, loads: Loads) -> None:
        """Store a verdict; a direct reference may have a secret in its URL."""
        if wheel.origin:
            self._stored.add_result(self._key(wheel, facts), _encode(loads))

    def _key(self, wheel: Wheel, facts: WheelFacts | Loads) -> str:
        met = "" if isinstance(facts, Loads) else " ".join(facts.met)
        return f"loads {self._stored.place(wheel)} {self._rests_on} {met}"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Loads).decode
_decode_all = msgspec.msgpack.Decoder(dict[str, Loads]).decode
