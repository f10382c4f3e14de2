"""What all chart routes do alike: read the filter, wait, compare the ETag, answer."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request

from analytics_service.api.presenter import Json, Presenter
from analytics_service.domain.calendar import day_number
from analytics_service.domain.figures import FeedState
from analytics_service.domain.filters import Filter
from analytics_service.domain.ports import ReadModel, Snapshot
from servicekit.freshness import Freshness
from servicekit.identity import current_identity
from servicekit.money import to_minor
from servicekit.problems import FieldError, standard_problem

FORM_VERSION = "3"
"""Raised with every change of what an answer holds for the same rows: it is part of the ETag."""

Stamp = Callable[[Snapshot, Filter], int | str]
Position = Callable[[Snapshot], int]
Draw = Callable[[Snapshot, Filter, Presenter], Json]
Args = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers chart requests from the read model."""

    model: ReadModel
    freshness: Freshness
    clock: Callable[[], datetime]
    stale_after_s: int

    def give(
        self,
        args: Args,
        draw: Draw,
        *,
        stamp: Stamp | None = None,
        as_of: Position | None = None,
    ) -> Response:
        """The chart that `draw` makes of the caller's rows, or 304 where it is known.

        `stamp` tells the state of what a chart rests on beside the rows; `as_of` up to which
        change it knows them, where that is not all that the read model knows.
        """
        where = filter_of(args)
        self.freshness.wait_for(args["min_seq"])
        with self.model.snapshot() as snapshot:
            state = snapshot.feed_state()
            now = int(self.clock().timestamp())
            seq = state.seq if as_of is None else as_of(snapshot)
            stale = seq < state.seq or state.stale(now=now, after_s=self.stale_after_s)
            stamped = 0 if stamp is None else stamp(snapshot, where)
            etag = _etag(where, args, state, stale=stale, stamp=stamped)
            if request.if_none_match.contains(etag):
                return _private(Response(status=304), etag)
            presenter = Presenter(
                where,
                snapshot.categories(where.owner_id),
                names_currency=snapshot.has_other_currencies(where),
            )
            body = {
                "as_of_seq": seq,
                "stale": stale,
                "currency": where.currency,
                "other_currencies": dict(snapshot.other_currencies(where)),
                "from": args["start"] and args["start"].isoformat(),
                "to": args["end"] and args["end"].isoformat(),
                **draw(snapshot, where, presenter),
            }
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return _private(Response(text, mimetype="application/json"), etag)


def filter_of(args: Args) -> Filter:
    """The filter of a request, for the owner that its token names.

    Raises:
        Problem: an amount is finer than the currency allows.
    """
    identity = current_identity()
    currency = args["currency"] or identity.currency
    start, end = args["start"], args["end"]
    return Filter(
        owner_id=int(identity.owner_id),
        currency=currency,
        direction=args["direction"],
        gross=args["gross"],
        start=None if start is None else day_number(start),
        end=None if end is None else day_number(end),
        category_id=args["category_id"],
        subtree=args["subtree"],
        min_minor=_minor(args, "min_amount", currency),
        max_minor=_minor(args, "max_amount", currency),
        merchant=args["merchant"],
        place=args["place"],
        q=args["q"],
        source=args["source"],
        account=args["account"],
        box=args["bbox"],
        city=args["city"],
        located=args["located"],
    )


def _minor(args: Args, name: str, currency: str) -> int | None:
    text = args[name]
    if text is None:
        return None
    try:
        return to_minor(text, currency)
    except ValueError as error:
        wrong = FieldError("too-fine", str(error), pointer=f"/query/{name}")
        raise standard_problem(422, detail=str(error), errors=[wrong]) from error


def _etag(where: Filter, args: Args, state: FeedState, *, stale: bool, stamp: int | str) -> str:
    """A strong tag of everything that the bytes of the answer depend on."""
    asked = {name: str(value) for name, value in args.items() if name != "min_seq"}
    parts = [
        FORM_VERSION,
        request.path,
        where.owner_id,
        where.currency,
        sorted(asked.items()),
        state.epoch,
        state.seq,
        stale,
        stamp,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _private(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    # Kept by the caller alone, and asked about every time: the figures change with each import.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization"
    return response
