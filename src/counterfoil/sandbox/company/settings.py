"""What the company says about itself: CompanyInfo, Preferences, exchange rates, budgets."""

from decimal import Decimal
from typing import Any, Final

from counterfoil.sandbox.company.books import LIST_AGE, Books, ref
from counterfoil.sandbox.company.wire import Record

_SWITCHES: Final = {
    "NeoEnabled": "true",
    "SubscriptionStatus": "PAID",
    "OfferingSku": "QuickBooks Online Advanced",
    "PayrollFeature": "false",
    "AccountantFeature": "false",
    "IsQbdtMigrated": "false",
    "IndustryType": "Bicycle shops & repair",
    "IndustryCode": "451110",
    "CompanyType": "Partnership",
    "ItemCategoriesFeature": "true",
}

_OTHER: Final = {
    "SalesFormsPrefs.DefaultCustomerMessage": "Ride well!",
    "DTXCopyMemo": "false",
    "VendorAndPurchasesPrefs.UseCustomTxnNumbers": "false",
}


def write_company_info(books: Books, name: str, realm_id: str) -> None:
    """Write the singleton with id 1, whose NameValue list holds the plan and its switches."""
    address = {
        "Id": "1",
        "Line1": "1 Hollow Lane",
        "Line2": "Behind the mill",
        "City": books.home.city,
        "Country": books.home.country,
        "CountrySubDivisionCode": books.home.region,
        "PostalCode": books.home.post_code,
    }
    fields: Record = {
        "CompanyName": name,
        "LegalName": f"{name} Ltd.",
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address | {"Id": "2"},
        "LegalAddr": address | {"Id": "3"},
        "CompanyEmailAddr": {"Address": "books@example.com"},
        "CustomerCommunicationEmailAddr": {"Address": "hello@example.com"},
        "Email": {"Address": "books@example.com"},
        "WebAddr": {"URI": "https://example.com/cycles"},
        "PrimaryPhone": {"FreeFormNumber": "(555) 555-0142"},
        "CompanyStartDate": books.date(LIST_AGE),
        "FiscalYearStartMonth": "January",
        "TaxYearStartMonth": "January",
        "EmployerId": "XX-XXX0042",
        "Country": books.home.country[:2],
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/Los_Angeles",
        "CompanyFileName": realm_id,
        "NameValue": [{"Name": key, "Value": value} for key, value in _SWITCHES.items()],
    }
    info = books.add("CompanyInfo", fields, at=books.moment(LIST_AGE), record_id="1")
    books.touch(info, books.moment(90), edited=True)


def write_preferences(books: Books) -> None:
    """Write the singleton of switches."""
    terms = books.ref("Term", "net 30")
    message = {"Subject": "Invoice from {CompanyName}", "Message": 'Thank you!\n\n"Ride well"'}
    fields: dict[str, Any] = {
        "AccountingInfoPrefs": _accounting(books),
        "AdvancedInventoryPrefs": {"MLIAvailable": False, "MLIEnabled": False},
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
            "RevenueRecognition": False,
        },
        "SalesFormsPrefs": _sales_forms(terms),
        "EmailMessagesPrefs": {f"{form}Message": message for form in ("Invoice", "Estimate", "SalesReceipt")},
        "VendorAndPurchasesPrefs": _purchases(terms),
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": {
            "UsingSalesTax": True,
            "PartnerTaxEnabled": not books.home.global_tax,
            "TaxGroupCodeRef": {"value": books.named("TaxCode", "standard")["Id"]},
        },
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": True,
            "HomeCurrency": {"value": books.home.currency.code},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": key, "Value": value} for key, value in _OTHER.items()]},
    }
    books.add("Preferences", fields, at=books.moment(LIST_AGE), record_id="1")


def _purchases(terms: dict[str, str]) -> Record:
    return {
        "EnableBills": True,
        "TrackingByCustomer": True,
        "BillableExpenseTracking": True,
        "DefaultTerms": terms,
        "DefaultMarkup": Decimal("12.5"),
        "POCustomField": [_switch("PurchasePrefs.UsePurchaseNumbers", on=True)],
    }


def _accounting(books: Books) -> Record:
    return {
        "UseAccountNumbers": True,
        "TrackDepartments": True,
        "DepartmentTerminology": "Location",
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": True,
        "CustomerTerminology": "Customers",
        "FirstMonthOfFiscalYear": "January",
        "TaxYearMonth": "January",
        "TaxForm": "6",
        "BookCloseDate": books.date(800),
        "DefaultARAccount": books.ref("Account", "receivable"),
        "DefaultAPAccount": books.ref("Account", "payable"),
    }


def _sales_forms(terms: dict[str, str]) -> Record:
    fields = [_switch(f"SalesFormsPrefs.UseSalesCustom{number}", on=number != 2) for number in (1, 2, 3)]
    names = [
        {"Name": f"SalesFormsPrefs.SalesCustomName{number}", "Type": "StringType", "StringValue": name}
        for number, name in ((1, "Frame no."), (3, 'Pickup "slot"'))
    ]
    return {
        "CustomField": [{"CustomField": fields}, {"CustomField": names}],
        "CustomTxnNumbers": True,
        "AllowDeposit": True,
        "AllowDiscount": True,
        "DefaultDiscountAccount": "28",
        "AllowEstimates": True,
        "ETransactionEnabledStatus": "NotApplicable",
        "ETransactionAttachPDF": False,
        "IPNSupportEnabled": False,
        "AllowServiceDate": True,
        "AllowShipping": True,
        "DefaultShippingAccount": "true",
        "DefaultTerms": terms,
        "DefaultCustomerMessage": "Ride well!",
        "AutoApplyCredit": False,
        "UsingProgressInvoicing": True,
        "UsingPriceLevels": False,
    }


def _switch(name: str, *, on: bool) -> Record:
    return {"Name": name, "Type": "BooleanType", "BooleanValue": on}


def write_rates(books: Books) -> None:
    """Write an exchange rate a month for each foreign currency; these records have no Id and no version."""
    for currency in books.home.foreign():
        rate = books.home.rate(currency)
        for month in range(12):
            age = 30 * month
            fields = {
                "SourceCurrencyCode": currency.code,
                "TargetCurrencyCode": books.home.currency.code,
                "Rate": rate + rate * Decimal(month) / 1000,
                "AsOfDate": books.date(age),
            }
            record = books.add("ExchangeRate", fields, at=books.moment(age + 1))
            for absent in ("Id", "SyncToken"):
                del record[absent]


def write_budgets(books: Books) -> None:
    """Write a yearly, a quarterly and a monthly budget, the last one by class, customer and location."""
    for number, kind in enumerate(("Yearly", "Quarterly", "Monthly")):
        periods = (1, 4, 12)[number]
        details = []
        for key in ("bikes", "repairs", "rent", "wages"):
            for period in range(periods):
                month = 1 + period * 12 // periods
                detail = {
                    "BudgetDate": f"2026-{month:02d}-01",
                    "Amount": Decimal(1200 // periods) + Decimal("0.5") * period,
                    "AccountRef": books.ref("Account", key),
                }
                if kind == "Monthly":
                    detail |= {
                        "ClassRef": books.ref("Class", "shop"),
                        "DepartmentRef": books.ref("Department", "bench"),
                        "CustomerRef": ref(books.named("Customer", "fleet")),
                    }
                details.append(detail)
        fields = {
            "Name": f"Plan {number} – {kind}",
            "StartDate": "2026-01-01",
            "EndDate": "2026-12-31",
            "BudgetType": "ProfitAndLoss",
            "BudgetEntryType": kind,
            "Active": kind != "Yearly",
            "BudgetDetail": details,
        }
        books.add("Budget", fields, at=books.moment(300 - number))
