"""The read model in SQLite: tables, the writer fed by changes, the queries of the charts."""
