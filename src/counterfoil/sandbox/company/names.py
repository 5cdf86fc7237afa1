"""Whom the firm deals with: customers with their jobs and projects, vendors, employees."""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import LIST_AGE, ZERO, Books, currency_ref, ref
from counterfoil.sandbox.company.homes import Currency
from counterfoil.sandbox.company.lists import retire
from counterfoil.sandbox.company.text import MEMOS, NAMES
from counterfoil.sandbox.company.wire import Record

_GIVEN: Final = (
    "Ada",
    "Bram",
    "Cleo",
    "Dov",
    "Esme",
    "Finn",
    "Greta",
    "Hari",
    "Ines",
    "Jonas",
    "Kaia",
    "Levi",
)
_FAMILY: Final = (
    "Sparrow",
    "Thatcher",
    "Umber",
    "Vance",
    "Willow",
    "Yarrow",
    "Marsh",
    "Fenwick",
    "Hale",
    "Loom",
)
_STREETS: Final = ("Mill Row", "Cinder Path", "Towpath", "Chapel Yard", "Orchard Way", "Ferry Steps")
_VENDORS: Final = (
    ("power", "Brightwater Energy"),
    ("landlord", "Hollow Lane Estates"),
    ("tyres", "Roundel Tyre Works"),
    ("frames", "Heron Frames"),
    ("phones", "Tin Can Telephone"),
    ("paper", "Quire & Ream"),
    ("odd", "Dock 'n' \"Roll\" <Freight>"),
    ("numbers", "0815"),
)
_HOME_CUSTOMERS: Final = 24


def write_names(books: Books) -> None:
    """Write customers, vendors and employees; each foreign currency has two customers and a vendor."""
    _write_customers(books)
    _write_jobs(books)
    for key, name in _VENDORS:
        books.add("Vendor", _vendor(books, name, books.home.currency), at=books.moment(LIST_AGE), key=key)
    for currency in books.home.foreign():
        fields = _vendor(books, f"Import desk {currency.code}", currency)
        books.add("Vendor", fields, at=books.moment(LIST_AGE - 10), key=currency.code)
    _write_employees(books)
    _dress(books)


def _write_customers(books: Books) -> None:
    for number in range(_HOME_CUSTOMERS):
        name = NAMES[number] if number < len(NAMES) else _person(number)
        fields = _customer(books, name, books.home.currency)
        books.add("Customer", fields, at=books.moment(LIST_AGE), key=f"home {number}")
    for currency in books.home.foreign():
        for number in (1, 2):
            fields = _customer(books, f"{currency.name} rider {number}", currency)
            books.add("Customer", fields, at=books.moment(LIST_AGE - 10), key=f"{currency.code} {number}")


def _person(number: int) -> str:
    return f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number % len(_FAMILY)]}"


def _customer(books: Books, name: str, currency: Currency) -> Record:
    address = _address(books)
    return {
        "Taxable": True,
        "BillAddr": address,
        "ShipAddr": address | {"Id": str(int(address["Id"]) + 1), "Line2": "Round the back"},
        "Job": False,
        "BillWithParent": False,
        "Balance": ZERO,
        "BalanceWithJobs": ZERO,
        "CurrencyRef": currency_ref(currency),
        "PreferredDeliveryMethod": "Email",
        "IsProject": False,
        "ClientEntityId": "0",
        "FullyQualifiedName": name,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "SalesTermRef": books.ref("Term", "net 30"),
    } | _contact(books, name)


def _vendor(books: Books, name: str, currency: Currency) -> Record:
    return {
        "BillAddr": _address(books),
        "Balance": ZERO,
        "AcctNum": f"000{books.rng.randrange(10_000)}",
        "Vendor1099": False,
        "CurrencyRef": currency_ref(currency),
        "CompanyName": name,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "TermRef": books.ref("Term", "net 30"),
    } | _contact(books, name)


def _contact(books: Books, name: str) -> Record:
    mailbox = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum()) or "rider"
    number = books.rng.randrange(100)
    return {
        "GivenName": books.rng.choice(_GIVEN),
        "FamilyName": books.rng.choice(_FAMILY),
        "Active": True,
        "V4IDPseudonym": f"00{books.rng.getrandbits(140):036x}",
        "PrimaryPhone": {"FreeFormNumber": f"(555) 555-01{number:02d}"},
        "PrimaryEmailAddr": {"Address": f"{mailbox}@example.com"},
    }


def _address(books: Books) -> Record:
    number = books.rng.randrange(1, 400)
    return {
        "Id": str(books.rng.randrange(100, 900)),
        "Line1": f"{number} {books.rng.choice(_STREETS)}",
        "City": books.home.city,
        "Country": books.home.country,
        "CountrySubDivisionCode": books.home.region,
        "PostalCode": books.home.post_code,
        "Lat": "INVALID" if number % 7 == 0 else f"37.{number:03d}1",
        "Long": "INVALID" if number % 7 == 0 else f"-122.{number:03d}9",
    }


def _write_jobs(books: Books) -> None:
    """Write sub-customers down to a third level, and two projects."""
    club = books.named("Customer", "home 0")
    fleet = _write_job(books, "fleet", club, "Fleet \u2116 7", project=False)
    _write_job(books, "fleet winter", fleet, "Winter storage", project=False)
    project = _write_job(books, "project", books.named("Customer", "home 1"), "Velodrome refit", project=True)
    project["JobInfo"] = {"Status": "InProgress", "StartDate": books.date(300), "Description": "New boards"}
    _write_job(books, "project 2", club, "Charity ride 2", project=True)


def _write_job(books: Books, key: str, parent: Record, name: str, *, project: bool) -> Record:
    fields = _customer(books, name, books.home.currency) | {
        "Job": True,
        "BillWithParent": not project,
        "ParentRef": {"value": parent["Id"]},
        "RootCustomerRef": parent.get("RootCustomerRef", ref(parent)),
        "Level": parent.get("Level", 0) + 1,
        "IsProject": project,
        "FullyQualifiedName": f"{parent['FullyQualifiedName']}:{name}",
    }
    return books.add("Customer", fields, at=books.moment(LIST_AGE - 5), key=key)


def _write_employees(books: Books) -> None:
    for number, (given, family) in enumerate(zip(_GIVEN[:4], _FAMILY[4:], strict=False)):
        fields = {
            "GivenName": given,
            "MiddleName": "Q.",
            "FamilyName": family,
            "DisplayName": f"{given} Q. {family}",
            "PrintOnCheckName": f"{given} {family}",
            "Active": True,
            "SSN": "XXX-XX-XXXX",
            "PrimaryAddr": _address(books),
            "BillableTime": True,
            "BillRate": Decimal("48.00"),
            "CostRate": Decimal("21.75"),
            "BirthDate": f"19{80 + number}-02-29" if number % 4 == 0 else f"19{80 + number}-07-01",
            "Gender": "Female" if number % 2 else "Male",
            "HiredDate": books.date(LIST_AGE),
            "EmployeeNumber": f"00{number}",
            "EmployeeType": "Regular",
            "PrimaryPhone": {"FreeFormNumber": f"(555) 555-020{number}"},
            "PrimaryEmailAddr": {"Address": f"{given.lower()}@example.com"},
        }
        books.add("Employee", fields, at=books.moment(LIST_AGE), key=f"employee {number}")
    left = books.named("Employee", "employee 3")
    left["ReleasedDate"] = books.date(60)
    retire(books, left, age=59)


def _dress(books: Books) -> None:
    """Fill the fields that only a few names use, and retire a customer and a vendor."""
    _dress_customer(books)
    books.named("Vendor", "odd").update(
        Title="Dr.",
        MiddleName="van der",
        Suffix="Jr.",
        Vendor1099=True,
        TaxIdentifier="XXXXXXX1234",
        BusinessNumber="00012345",
        BillRate=Decimal("35.0000000"),
        CostRate=Decimal("30.5"),
        CreditLimit=Decimal("2500.00"),
        Mobile={"FreeFormNumber": "(555) 555-0190"},
        Fax={"FreeFormNumber": "(555) 555-0191"},
        AlternatePhone={"FreeFormNumber": "+44 (0)20 7946 0000"},
        WebAddr={"URI": "https://example.com/dock?n=roll&x=<y>"},
        Notes=MEMOS[1],
        OtherContactInfo=[{"Type": "TelephoneNumber", "Telephone": {"FreeFormNumber": "555-0192"}}],
        VendorPaymentBankDetail={
            "BankBranchIdentifier": "XX-4321",
            "BankAccountNumber": "XXXX9876",
            "BankAccountName": "Dock n Roll",
            "StatementText": "HOLLOW LANE",
        },
    )
    gone = books.add(
        "Customer", _customer(books, "Moved Away", books.home.currency), at=books.moment(LIST_AGE)
    )
    retire(books, gone, age=120)
    shut = books.add(
        "Vendor", _vendor(books, "Shut Saddlery", books.home.currency), at=books.moment(LIST_AGE)
    )
    retire(books, shut, age=121)


def _dress_customer(books: Books) -> None:
    books.named("Customer", "home 1").update(
        Title="Ms.",
        MiddleName="de la",
        Suffix="III",
        CompanyName=NAMES[1],
        Notes=MEMOS[11],
        ResaleNum="00-7788",
        AcctNum="000123",
        CreditLimit=Decimal("10000.00"),
        OpenBalanceDate=books.date(LIST_AGE),
        CustomerTypeRef=books.ref("CustomerType", "Trade \\ reseller"),
        PaymentMethodRef=books.ref("PaymentMethod", "cheque"),
        DefaultTaxCodeRef={"value": books.named("TaxCode", "standard")["Id"]},
        TaxExemptionReasonId="3",
        PrimaryTaxIdentifier="XXXXXX0001",
        BusinessNumber="0099",
        Source="Manual",
        Mobile={"FreeFormNumber": "(555) 555-0100"},
        Fax={"FreeFormNumber": "(555) 555-0101"},
        AlternatePhone={"FreeFormNumber": "٠١٢٣ ٤٥٦"},
        WebAddr={"URI": "http://example.com/~spokes"},
        OtherAddr=[],
        CCDetail={
            "Number": "xxxxxxxxxxxx1111",
            "Type": "Visa",
            "NameOnAcct": "O'Dowd",
            "CcExpiryMonth": 7,
            "CcExpiryYear": 2031,
            "BillAddrStreet": "1 Mill Row",
            "PostalCode": "00999",
        },
    )
