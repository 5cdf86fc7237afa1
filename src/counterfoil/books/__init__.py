"""Views on the tables of a source: what people ask of books."""
