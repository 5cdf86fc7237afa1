"""Counterfoil keeps an exact copy of a company's QuickBooks Online books in its own data warehouse."""

__version__ = "0.1.0"
