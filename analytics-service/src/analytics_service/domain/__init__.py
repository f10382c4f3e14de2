"""The pure core: filters, calendars, category trees, shares and anomaly rules."""
