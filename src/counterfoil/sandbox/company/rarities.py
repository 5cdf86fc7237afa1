"""Fields that few records use, filled in on one record of each entity, so that every column meets a value.

Fields of single countries (LessCIS, IncludeInAnnualTPAR, GSTIN, T4AEligible, ...) are filled in everywhere: what
matters here is that a reader has met them. None of them moves an amount.
"""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import Books, ref
from counterfoil.sandbox.company.clock import pacific_time
from counterfoil.sandbox.company.rare_lines import write_rare_lines
from counterfoil.sandbox.company.text import MEMOS
from counterfoil.sandbox.company.wire import Record

_ADDRESS: Final = {
    "Id": "952",
    "Line1": "3rd floor",
    "Line2": "The Old Tannery",
    "Line3": "Dock 3",
    "Line4": "c/o Loom & Sons",
    "Line5": "يمين",
    "City": "Saint-Ébène",
    "County": 'Shire of "Quotes"',
    "Country": "FRA",
    "CountryCode": "FR",
    "CountrySubDivisionCode": "IDF",
    "PostalCode": "00750",
    "PostalCodeSuffix": "001",
    "Lat": "48.8566",
    "Long": "2.3522",
    "Tag": "BILL",
    "Note": "ring twice",
}
_CARD: Final = {
    "CreditChargeInfo": {
        "Number": "xxxxxxxxxxxx4242",
        "Type": "Visa",
        "NameOnAcct": "A. Sparrow",
        "CcExpiryMonth": 2,
        "CcExpiryYear": 2031,
        "BillAddrStreet": "1 Mill Row",
        "PostalCode": "00999",
        "Amount": Decimal("12.00"),
        "ProcessPayment": False,
    },
    "CreditChargeResponse": {
        "CCTransId": "MU0000123",
        "Status": "Completed",
        "AuthCode": "000417",
        "TxnAuthorizationTime": "2026-02-03T04:05:06-08:00",
    },
}
_CHEQUE: Final = {
    "CheckNum": "00451",
    "Status": "Cleared",
    "NameOnAcct": "Esme",
    "AcctNum": "XX99",
    "BankName": "Spoke",
}
_TRANSACTION: Final = {
    "TxnSource": "QBMobile",
    "TransactionLocationType": "WithinFrance",
    "TaxFormType": "T5018",
    "TaxFormNum": "0017",
    "Tag": [],
}
_SALE: Final = _TRANSACTION | {
    "AutoDocNumber": False,
    "TrackingNum": "1Z 999-00\t7",
    "ShipMethodRef": {"value": "Cargo bike", "name": "Cargo bike"},
    "FOB": "Dock 3",
    "PONumber": "000451",
    "SalesRepRef": {"value": "AS"},
    "ShipFromAddr": _ADDRESS,
    "BillEmail": {"Address": "odd+tag@example.com"},
    "BillEmailCc": {"Address": "cc@example.com"},
    "BillEmailBcc": {"Address": "bcc@example.com"},
    "EmailStatus": "EmailSent",
    "CustomerMemo": {"value": MEMOS[2]},
    "PrivateNote": MEMOS[11],
    "DiscountRate": Decimal("11.1111111"),
    "DiscountAmt": Decimal("8.00"),
    "ShippingTaxIncludedInTotalTax": False,
    "FinanceCharge": False,
    "TemplateRef": {"value": "1"},
    "GovtTxnRefIdentifier": "GOV-00-1",
    "TaxExemptionRef": {},
    "TotalCostAmount": Decimal("32.62"),
    "HomeTotalCostAmount": Decimal("32.62"),
    "PaymentRefNum": "00/1",
    "PaymentType": "CreditCard",
    "CreditCardPayment": _CARD,
    "CheckPayment": _CHEQUE,
}
_MAIL: Final = {"BillEmail": {"Address": "pay@example.com"}, "ReplyEmail": {"Address": "reply@example.com"}}
_TPAR: Final = {"IncludeInAnnualTPAR": True}
_PURCHASE: Final = _TRANSACTION | {"Memo": MEMOS[4]}
_SALES_FORMS: Final = ("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt")
_BY_ENTITY: Final[dict[str, Record]] = {
    "Invoice": _SALE
    | {
        "Deposit": 0,
        "InvoiceLink": "https://connect.example.com/portal/00?a=1&b=<2>",
        "InvoiceLinkSecurityCode": "0042",
        "AllowOnlinePayPalPayment": False,
        "EInvoiceStatus": "Sent",
        "LessCIS": Decimal("0.35"),
        "invoiceStatus": "Sent",
        "callToAction": "Remind",
        "invoiceStatusLog": [{"statusDate": "2026-02-03", "status": "Sent", "callToAction": "Remind"}],
        "PaymentDetailsMessage": "IBAN XX00 0000",
        "AllowOnlineAffirmPayment": False,
        "AutoPayEligible": True,
        "SchedulePayEligible": False,
        "GratuityEnabled": False,
        "InvoiceLinkExpiryDate": "2031-12-31",
        "ECloudStatusTimeStamp": "2026-02-03T04:05:06-08:00",
        "RecurDataRef": {"value": "1"},
        "TxnStatus": "Unpaid",
    },
    "SalesReceipt": _SALE,
    "Estimate": _SALE,
    "CreditMemo": _SALE,
    "RefundReceipt": _SALE,
    "Payment": _TRANSACTION
    | {"DocNumber": "0001", "PaymentType": "CreditCard", "CreditCardPayment": _CARD, "CheckPayment": _CHEQUE},
    "Bill": _PURCHASE | {"RemitToAddr": _ADDRESS, "ShipAddr": _ADDRESS},
    "VendorCredit": _PURCHASE,
    "PurchaseOrder": _PURCHASE
    | {"ManuallyClosed": False, "PrivateNote": MEMOS[6], "TemplateRef": {"value": "2"}},
    "Purchase": _PURCHASE
    | _TPAR
    | {"LessCIS": Decimal("1.20"), "CheckPayment": _CHEQUE, "CreditCardPayment": _CARD},
    "BillPayment": _TRANSACTION | {"VendorAddr": _ADDRESS},
    "JournalEntry": _TRANSACTION | {"EnteredInHomeCurrency": False, "HomeCurrencyAdjustment": False},
    "Deposit": _TRANSACTION | {"DocNumber": "D-1", "PrivateNote": MEMOS[5]},
    "Transfer": _TRANSACTION | {"DocNumber": "T-1"},
    "CreditCardPayment": _TRANSACTION | {"DocNumber": "CC-1"},
    "InventoryAdjustment": {"ShippingAdjustment": False},
    "ReimburseCharge": {"DocNumber": "RC-1"},
    "TimeActivity": {"BreakSeconds": 5, "HoursInEmployeeTimeZone": True, "TimeChargeId": 77},
    "Customer": {
        "ContactName": "Cleo\tUmber",
        "AltContactName": "Dov",
        "SecondaryTaxIdentifier": "XXXXXX0002",
        "OverDueBalance": Decimal("0.10"),
        "TotalRevenue": Decimal("123.45"),
        "TotalExpense": Decimal("0.01"),
        "GSTIN": "00AAAAA0000A1Z5",
        "GSTRegistrationType": "GST_REG_REG",
        "IsCISContractor": False,
        "TDSEnabled": False,
        "TaxRegime": "601",
        "ClientCompanyId": "0",
        "Organization": True,
        "OtherContactInfo": [
            {"Type": "EmailAddress", "Email": {"Address": "alt@example.com", "Default": False}}
        ],
        "OtherAddr": [_ADDRESS],
    },
    "Vendor": {
        "ContactName": "Finn",
        "AltContactName": "Greta",
        "ShipAddr": _ADDRESS,
        "OtherAddr": [],
        "TaxCountry": "CA",
        "TaxIdEffectiveDate": "2020-02-29",
        "T4AEligible": True,
        "T5018Eligible": False,
        "TDSEnabled": False,
        "TDSEntityTypeId": 1,
        "TDSSectionTypeId": 4,
        "TDSOverrideThreshold": False,
        "TaxReportingBasis": "Cash",
        "GSTIN": "00BBBBB0000B1Z5",
        "GSTRegistrationType": "GST_UNREG",
        "IsSubContractor": True,
        "SubcontractorType": "SOLE_TRADER",
        "CISRate": "TWENTY",
        "HasTPAR": True,
        "Source": "Manual",
        "CompanyRegistrationNumber": "00000017",
        "Organization": True,
    },
    "Employee": {
        "Title": "Mr.",
        "Suffix": "Sr.",
        "Notes": MEMOS[1],
        "UseTimeEntry": "UseTimeEntry",
        "Organization": False,
        "V4IDPseudonym": "00x",
        "AlternatePhone": {"FreeFormNumber": "0"},
        "Mobile": {"FreeFormNumber": "٠١٢"},
        "Fax": {"FreeFormNumber": "-"},
        "WebAddr": {"URI": "https://example.com/~x"},
        "OtherAddr": [],
    },
    "Item": {"UQCDisplayText": "NOS", "UQCId": "17", "AbatementRate": Decimal("0.5"), "SpecialItem": False},
}


def write_rarities(books: Books) -> None:
    """Fill them in."""
    for entity, fields in _BY_ENTITY.items():
        _bearer(books, entity).update(fields)
    for entity, shared in _references(books).items():
        _bearer(books, entity).update(shared)
    for entity in ("Invoice", "Bill", "PurchaseOrder", "Customer"):
        _bearer(books, entity)["MetaData"]["LastModifiedByRef"] = {"value": "9341400000000001"}
    write_rare_lines(books)


def _bearer(books: Books, entity: str) -> Record:
    """Give the record that bears an entity's rare fields; the second item is a category, which has hardly any."""
    return books.named("Item", "tyre") if entity == "Item" else books.all(entity)[1]


def _references(books: Books) -> dict[str, Record]:
    department = {"DepartmentRef": books.ref("Department", "bench")}
    term = {"SalesTermRef": books.ref("Term", "month end")}
    method = {"PaymentMethodRef": books.ref("PaymentMethod", "visa")}
    project: Record = {"ProjectRef": {"value": books.named("Customer", "project")["Id"]}}
    classed = {"ClassRef": books.ref("Class", "odd")}
    dates = {"ShipDate": books.date(40), "DueDate": books.date(-10)}
    sale = department | term | method | project | classed | dates | _delivery(books)
    names: dict[str, Record] = dict.fromkeys(
        ("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt"), sale
    )
    names |= dict.fromkeys(("Bill", "VendorCredit", "Purchase", "JournalEntry"), department | project)
    receivable = {"ARAccountRef": books.ref("Account", "receivable")}
    return names | {
        "Payment": department | project | receivable,
        "PurchaseOrder": department | {"DropShipToEntity": ref(books.named("Customer", "home 2"))},
        "CreditCardPayment": department,
        "Deposit": {"GlobalTaxCalculation": "NotApplicable"},
        "Vendor": {"APAccountRef": books.ref("Account", "payable"), "OpenBalanceDate": books.date(700)},
        "Item": {"PrefVendorRef": books.ref("Vendor", "tyres")},
    }


def _delivery(books: Books) -> Record:
    return {"DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": pacific_time(books.moment(39))}}
