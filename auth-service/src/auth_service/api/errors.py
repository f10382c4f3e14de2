"""Which status and slug each domain error has; the only place that knows."""

import time
from collections.abc import Mapping

from flask import Flask, Response
from flask_limiter import Limiter, RateLimitExceeded

from auth_service.domain import errors
from servicekit.problems import ProblemSpec, problem_response, standard_problem

ERRORS: Mapping[type[Exception], ProblemSpec] = {
    errors.InvalidAccount: ProblemSpec(422, "validation-failed", "Some values are not valid"),
    errors.WeakPassword: ProblemSpec(422, "weak-password", "The password is too easy to guess"),
    errors.IdentifierTaken: ProblemSpec(409, "identifier-taken", "There is such an account"),
    errors.InvalidCredentials: ProblemSpec(401, "invalid-credentials", "Sign-in refused"),
    errors.AccountDisabled: ProblemSpec(403, "account-disabled", "The account is disabled"),
    errors.RefreshInvalid: ProblemSpec(401, "refresh-invalid", "The session has ended"),
    errors.CallerGone: ProblemSpec(
        401, "unauthenticated", "The session has ended", {"WWW-Authenticate": "Bearer"}
    ),
    errors.NotAllowed: ProblemSpec(403, "forbidden", "Not allowed"),
    errors.UnsupportedGrant: ProblemSpec(400, "invalid-request", "Unknown kind of grant"),
    errors.NotFound: ProblemSpec(404, "not-found", "Not found"),
    errors.LastAdmin: ProblemSpec(409, "conflict", "The last administrator must remain"),
}


def init_limit_errors(app: Flask, limiter: Limiter) -> None:
    """Answer an exceeded limit with a problem that says when to come again."""

    @app.errorhandler(RateLimitExceeded)
    def too_many(_error: RateLimitExceeded) -> Response:
        limit = limiter.current_limit
        wait_s = max(1, round(limit.reset_at - time.time())) if limit else 60
        return problem_response(
            standard_problem(
                429,
                detail="Too many attempts. Try again later.",
                headers={"Retry-After": str(wait_s)},
            )
        )
