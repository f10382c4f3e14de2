"""What the use cases need from the outside: a database with sessions, and a place for uploads.

One module a subject; who needs a port takes it from here.
"""

from ingest_service.domain.ports.categories import Categories, CategoryModels, OpenRows, Rules
from ingest_service.domain.ports.expenses import Chosen, Deletions, Expenses
from ingest_service.domain.ports.feed import Feed
from ingest_service.domain.ports.imports import ErrorPage, Imports, KeptFile, Mappings, Uploads
from ingest_service.domain.ports.links import Links
from ingest_service.domain.ports.places import Cities
from ingest_service.domain.ports.session import Database, Session
from ingest_service.domain.ports.staging import Staging, Stored, StoreOrder

__all__ = [
    "Categories",
    "CategoryModels",
    "Chosen",
    "Cities",
    "Database",
    "Deletions",
    "ErrorPage",
    "Expenses",
    "Feed",
    "Imports",
    "KeptFile",
    "Links",
    "Mappings",
    "OpenRows",
    "Rules",
    "Session",
    "Staging",
    "StoreOrder",
    "Stored",
    "Uploads",
]
