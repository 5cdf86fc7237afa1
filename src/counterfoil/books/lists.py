"""The lists that the ledger looks things up in."""

from collections.abc import Mapping
from typing import Final

from counterfoil.books.rule import Rule


def _list(table: str, told: str, key: str = "t.id") -> Rule:
    return Rule(
        table=table,
        told={
            "list": f"SELECT t._realm_id || '|' || {key} AS key, {told} FROM {table} AS t WHERE t._deleted = FALSE"
        },
    )


def _name(table: str, type_: str, account: str) -> Rule:
    return _list(
        table,
        f"t._realm_id AS realm, '{type_}' AS type, t.id, t.display_name AS name, {account} AS account",
        f"'{type_}|' || t.id",
    )


LISTS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "accounts": (
        _list(
            "account",
            "t._realm_id AS realm, t.id, COALESCE(t.fully_qualified_name, t.name) AS full_name, t.name, "
            "t.account_number AS number, t.account_type AS type, t.account_sub_type AS sub_type, t.classification, "
            "t.currency_id AS currency, t.active",
        ),
    ),
    "items": (
        _list(
            "item",
            "t._realm_id AS realm, t.id, t.type, t.income_account_id AS income, "
            "COALESCE(t.expense_account_id, t.cogs_account_id) AS expense, t.asset_account_id AS asset, "
            "t.purchase_cost, t.average_cost",
        ),
    ),
    "preferred": (
        Rule(
            table="preferences",
            told={
                "list": "SELECT t._realm_id AS realm, MAX(t.currency_home_currency_id) AS home, "
                "MAX(t.accounting_info_default_ar_account_id) AS receivable, "
                "MAX(t.accounting_info_default_ap_account_id) AS payable, "
                "MAX(t.sales_forms_default_discount_account) AS discount, "
                "MAX(t.sales_forms_default_shipping_account) AS shipping, "
                "MAX(t.accounting_info_first_month_of_fiscal_year) AS fiscal_month "
                "FROM preferences AS t WHERE t._deleted = FALSE GROUP BY t._realm_id"
            },
        ),
    ),
    "agencies": (
        _list(
            "tax_agency",
            "t._realm_id AS realm, t.id AS agency_id, t.display_name AS name, "
            "t.tax_tracked_on_sales_account_id AS sale, t.tax_on_purchases_account_id AS buy",
        ),
    ),
    "rates": (_list("tax_rate", "t._realm_id AS realm, t.id, t.tax_agency_id AS agency_id"),),
    "names": (
        _name("customer", "Customer", "t.ar_account_id"),
        _name("vendor", "Vendor", "t.payable_account_id"),
        _name("employee", "Employee", "NULL"),
    ),
    "classes": (
        _list("class", "t._realm_id AS realm, t.id, COALESCE(t.fully_qualified_name, t.name) AS name"),
    ),
    "departments": (
        _list("department", "t._realm_id AS realm, t.id, COALESCE(t.fully_qualified_name, t.name) AS name"),
    ),
}
