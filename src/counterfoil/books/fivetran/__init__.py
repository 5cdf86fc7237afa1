"""The tables of a source under the names that Fivetran's QuickBooks connector gives them, as views."""
