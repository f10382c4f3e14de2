"""Calls to neighbouring services: timeouts, retries of what is idempotent, the request id."""

import threading
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from servicekit.logs import current_request_id

_BUSY_STATUSES = frozenset({502, 503, 504})
_RETRY_BACKOFF_S = 0.2


class NeighbourUnavailable(Exception):  # noqa: N818 - the contract's name
    """The neighbour cannot be reached, does not answer in time, or is overloaded."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be reached just now")
        self.name = name


class NeighbourRefused(Exception):  # noqa: N818 - the contract's name
    """The neighbour answered with an error of its own.

    Attributes:
        status: The HTTP status.
        problem: The problem document, empty where there was none.
    """

    def __init__(self, name: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{name} refused with status {status}")
        self.name = name
        self.status = status
        self.problem = dict(problem)


class ServiceClient:
    """An HTTP client for one neighbour; safe to share between threads.

    Args:
        base_url: For example http://ingest:8000.
        name: The neighbour's name for errors and logs.
        timeout_s: Connect and read timeouts.
        retries: How often a GET is tried again after a connection failure, 502, 503 or 504.
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        timeout_s: tuple[float, float] = (2.0, 10.0),
        retries: int = 2,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._name = name
        self._timeout_s = timeout_s
        self._retries = retries
        # A requests.Session is not promised to be thread-safe.
        self._local = threading.local()

    def get_json(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        bearer: str | None = None,
        timeout_s: tuple[float, float] | None = None,
    ) -> Any:
        """The decoded JSON answer of a GET.

        Raises:
            NeighbourUnavailable: No answer.
            NeighbourRefused: An answer of status 4xx or 5xx, or one that is not JSON.
        """
        response = self._send(
            "GET", path, params=params, headers=_headers(bearer, None), timeout_s=timeout_s
        )
        return self._decode(response)

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        bearer: str | None = None,
        accept: str | None = None,
        timeout_s: tuple[float, float] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """The answer of a GET, whole or (stream=True) with its body still to be read.

        Raises:
            NeighbourUnavailable: No answer.
            NeighbourRefused: An answer of status 4xx or 5xx.
        """
        headers = _headers(bearer, accept)
        return self._send(
            "GET", path, params=params, headers=headers, timeout_s=timeout_s, stream=stream
        )

    def post_json(
        self,
        path: str,
        body: object,
        *,
        params: Mapping[str, Any] | None = None,
        bearer: str | None = None,
        timeout_s: tuple[float, float] | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """The decoded JSON answer of a POST (None where the answer is empty); never retried.

        Raises:
            NeighbourUnavailable: No answer; the neighbour may have acted all the same.
            NeighbourRefused: An answer of status 4xx or 5xx.
        """
        headers = _headers(bearer, None)
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        response = self._send(
            "POST", path, params=params, json=body, headers=headers, timeout_s=timeout_s
        )
        return self._decode(response)

    def post_form(self, path: str, form: Mapping[str, str]) -> Any:
        """The decoded JSON answer of a POST of form fields; never retried.

        Raises:
            NeighbourUnavailable: No answer.
            NeighbourRefused: An answer of status 4xx or 5xx.
        """
        return self._decode(self._send("POST", path, data=form, headers=_headers(None, None)))

    def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float] | None = None,
        **kwargs: Any,
    ) -> requests.Response:
        try:
            response = self._session().request(
                method,
                self._base_url + path,
                headers=headers,
                timeout=timeout_s or self._timeout_s,
                allow_redirects=False,
                **kwargs,
            )
        except requests.RequestException as error:
            raise NeighbourUnavailable(self._name) from error
        if response.status_code in _BUSY_STATUSES:
            response.close()
            raise NeighbourUnavailable(self._name)
        if not response.ok:
            raise NeighbourRefused(self._name, response.status_code, _problem_of(response))
        return response

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            # Neighbours are on this host or network: proxies and .netrc are for the outside.
            session.trust_env = False
            retry = Retry(
                total=self._retries,
                allowed_methods=frozenset({"GET"}),
                status_forcelist=_BUSY_STATUSES,
                backoff_factor=_RETRY_BACKOFF_S,
                raise_on_status=False,
                respect_retry_after_header=False,
            )
            adapter = HTTPAdapter(max_retries=retry, pool_connections=1, pool_maxsize=2)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            self._local.session = session
        return session

    def _decode(self, response: requests.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise NeighbourRefused(self._name, response.status_code, {}) from error


def _headers(bearer: str | None, accept: str | None) -> dict[str, str]:
    headers = {"Accept": accept or "application/json"}
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    request_id = current_request_id()
    if request_id is not None:
        headers["X-Request-ID"] = request_id
    return headers


def _problem_of(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
