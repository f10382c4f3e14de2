"""One module per verb: predict, follow the feed, train."""
