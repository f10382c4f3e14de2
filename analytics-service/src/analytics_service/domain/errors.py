"""The errors of this service's domain.

AnalyticsError
├── RangeTooLong          more periods asked for than an answer may carry
├── InvalidRange          the range ends before it begins
├── MethodNotAvailable    an anomaly method that this version does not have
├── AnomalyNotFound       there is no such anomaly, or it is another's
├── ViewNotFound          there is no such saved view, or it is another's
├── ViewNameTaken         another view of the user has this name
├── TooManyViews          the user has as many views as can be kept
├── FitFailed             a process that fits a model failed or took too long
├── FeedUnavailable       the change feed cannot be read now
│   └── LoadFailed        a process that loads many changes failed
├── FeedCorrupt           a page of the change feed is not what was agreed
└── ManyWaiting           more changes wait than are read page by page
"""


class AnalyticsError(Exception):
    """The root of all errors that the domain raises."""


class RangeTooLong(AnalyticsError):  # noqa: N818 - named as the caller reads it
    """More periods were asked for than one answer may carry."""


class InvalidRange(AnalyticsError):  # noqa: N818
    """The range ends before it begins."""


class MethodNotAvailable(AnalyticsError):  # noqa: N818
    """The anomaly method is not one that this version has."""


class AnomalyNotFound(AnalyticsError):  # noqa: N818
    """There is no such anomaly, or it is another's."""


class ViewNotFound(AnalyticsError):  # noqa: N818
    """There is no such saved view, or it is another's."""


class ViewNameTaken(AnalyticsError):  # noqa: N818
    """Another view of the user has this name."""


class TooManyViews(AnalyticsError):  # noqa: N818
    """The user has as many views as can be kept."""


class FitFailed(AnalyticsError):  # noqa: N818
    """A process that fits a model failed or took too long; what was fitted before stays."""


class FeedUnavailable(AnalyticsError):  # noqa: N818
    """The change feed cannot be read at the moment; the answers go on with what is there."""


class LoadFailed(FeedUnavailable):
    """A process that loads many changes failed; what it had not committed is as before."""


class FeedCorrupt(AnalyticsError):  # noqa: N818
    """A page of the change feed does not have the agreed form."""


class ManyWaiting(AnalyticsError):  # noqa: N818
    """More changes wait than are read page by page: a process of its own is to load them."""
