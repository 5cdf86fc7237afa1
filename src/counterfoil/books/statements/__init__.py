"""Statements out of the rows of a source's views: sums, sub-totals, the tree of accounts. Pure."""
