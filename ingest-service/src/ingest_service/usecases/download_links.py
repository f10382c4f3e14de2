"""Signed links to exports: made for a signed-in reader, opened by whoever has them."""

from __future__ import annotations

from ingest_service.domain.download_links import DownloadLink, open_link, sign_link
from ingest_service.domain.ports import Database


def make_download_link(database: Database, link: DownloadLink) -> str:
    """The token of the link."""
    return sign_link(link, database.link_key())


def open_download_link(database: Database, token: str, *, now: int) -> DownloadLink:
    """What the token opens. Raises DownloadLinkInvalidError, DownloadLinkExpiredError."""
    return open_link(token, database.link_key(), now=now)
