"""Views over all companies of a warehouse: each table once for all of them, and statements in one currency."""
