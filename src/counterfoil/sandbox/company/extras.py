"""What hangs on other records: time worked, recurring templates, attachments and notes."""

from decimal import Decimal
from typing import Any, Final

from counterfoil.sandbox.company import lines
from counterfoil.sandbox.company.books import Books, currency_ref, ref
from counterfoil.sandbox.company.buying import expense
from counterfoil.sandbox.company.chart import payable_of
from counterfoil.sandbox.company.clock import pacific_time
from counterfoil.sandbox.company.text import MEMOS, NAMES
from counterfoil.sandbox.company.wire import Record

_RHYTHMS: Final[tuple[Record, ...]] = (
    {"IntervalType": "Monthly", "NumInterval": 1, "DayOfMonth": 1},
    {"IntervalType": "Weekly", "NumInterval": 2, "DayOfWeek": "Friday"},
    {
        "IntervalType": "Yearly",
        "NumInterval": 1,
        "DayOfMonth": 28,
        "MonthOfYear": "February",
        "RemindDays": 3,
    },
)


def write_times(books: Books) -> None:
    """Write hours worked by employees and a vendor, by duration and by clock."""
    for number in range(18):
        age = 90 - number * 4
        at = books.moment(age)
        fields: Record = {
            "TxnDate": books.date(age),
            "ItemRef": books.ref("Item", "hour"),
            "ClassRef": books.ref("Class", "service"),
            "DepartmentRef": books.ref("Department", "bench"),
            "CustomerRef": books.ref("Customer", f"home {number % 6}"),
            "BillableStatus": ("Billable", "NotBillable", "HasBeenBilled")[number % 3],
            "Taxable": False,
            "HourlyRate": Decimal("48.00"),
            "CostRate": Decimal("21.75"),
            "Description": MEMOS[number % len(MEMOS)],
        } | _worker(books, number)
        if number % 2:
            fields |= {"Hours": number % 9, "Minutes": 30, "Seconds": 0, "BreakHours": 0, "BreakMinutes": 15}
        else:
            fields |= {
                "StartTime": pacific_time(at - 7_200),
                "EndTime": pacific_time(at),
                "TimeZone": "Pacific",
            }
        if number == 4:
            fields["ProjectRef"] = {"value": books.named("Customer", "project")["Id"]}
        books.add("TimeActivity", fields, at=at)


def _worker(books: Books, number: int) -> Record:
    if number % 6 == 5:
        return {"NameOf": "Vendor", "VendorRef": books.ref("Vendor", "odd")}
    return {"NameOf": "Employee", "EmployeeRef": books.ref("Employee", f"employee {number % 3}")}


def write_recurring(books: Books) -> None:
    """Write templates, each wrapped in the name of what it makes."""
    for number in range(8):
        kind, body = (("Invoice", _invoice), ("Bill", _bill))[number % 2]
        rhythm = _RHYTHMS[number % 3]
        at = books.moment(250 - number)
        next_date = books.date(-20 - number)
        schedule = rhythm | {
            "NextDate": next_date,
            "PreviousDate": books.date(10),
            "StartDate": books.date(250),
        }
        record = books.add("RecurringTransaction", body(books, number), at=at)
        record["RecurringInfo"] = {
            "Name": f"{NAMES[number]} – every so often",
            "RecurType": ("Automated", "Reminder", "UnScheduled")[number % 3],
            "Active": number != 7,
            "ScheduleInfo": schedule,
        }
        record["RecurDataRef"] = {"value": str(number + 1)}
        books.records["RecurringTransaction"][record["Id"]] = {kind: record}


def _invoice(books: Books, number: int) -> Record:
    customer = books.named("Customer", f"home {number}")
    line = lines.sale(books, "hire", number + 1)
    return {
        "CustomerRef": ref(customer),
        "CurrencyRef": currency_ref(books.home.currency),
        "Line": lines.numbered([line, lines.subtotal(line["Amount"])]),
        "TotalAmt": line["Amount"],
        "Balance": line["Amount"],
        "CustomerMemo": {"value": MEMOS[number]},
        "BillEmail": {"Address": "repeat@example.com"},
        "SalesTermRef": books.ref("Term", "net 15"),
        "CustomField": [],
        "EmailStatus": "NeedToSend",
    }


def _bill(books: Books, number: int) -> Record:
    vendor = books.named("Vendor", "phones")
    amount = Decimal("74.36") + number
    return {
        "VendorRef": ref(vendor),
        "APAccountRef": payable_of(books, vendor),
        "CurrencyRef": currency_ref(books.home.currency),
        "Line": [{"Id": "1", "LineNum": 1} | expense(books, "telephone", amount)],
        "TotalAmt": amount,
        "Balance": amount,
        "SalesTermRef": books.ref("Term", "net 30"),
    }


def write_attachables(books: Books, realm_id: str) -> None:
    """Write files and notes; their ids have 17 to 19 digits, and a download address changes at every read."""
    targets = [("Invoice", books.all("Invoice")[n]) for n in range(4)]
    targets += [("Bill", books.all("Bill")[0]), ("Customer", books.named("Customer", "home 1"))]
    for number, (kind, target) in enumerate(targets):
        record_id = str((10**16, 10**17, 10**18)[number % 3] * 5 + number)
        link = {"EntityRef": {"type": kind, "value": target["Id"]}, "IncludeOnSend": number % 2 == 0}
        if kind == "Invoice":
            link["LineInfo"] = "1"
        fields: dict[str, Any] = {"AttachableRef": [link], "Note": MEMOS[number], "Category": "Document"}
        if number % 3:
            fields |= _file(realm_id, record_id, number)
        books.add("Attachable", fields, at=books.moment(60 - number), record_id=record_id)


def _file(realm_id: str, record_id: str, number: int) -> Record:
    temporary = f"https://files.example.com/{record_id}?X-Amz-Expires=900&X-Amz-Signature=0{number}"
    return {
        "FileName": f"Quittung {number} – größe.pdf",
        "FileAccessUri": f"/v3/company/{realm_id}/download/{record_id}",
        "TempDownloadUri": temporary,
        "ThumbnailFileAccessUri": f"/v3/company/{realm_id}/download/{record_id}/thumb",
        "ThumbnailTempDownloadUri": f"{temporary}&thumb=1",
        "Size": 10_240 + number,
        "ContentType": "application/pdf",
        "Tag": "receipts",
        "Lat": "37.4",
        "Long": "-122.1",
        "PlaceName": "Hollow Lane",
    }
