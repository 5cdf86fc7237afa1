"""What is particular to each entity on the wire: its path, how it ends, how it is ordered, what it filters by."""

from dataclasses import dataclass
from enum import StrEnum

TIMES = ("MetaData.CreateTime", "MetaData.LastUpdatedTime")
UPDATED = "MetaData.LastUpdatedTime"


class Kind(StrEnum):
    """The two great families, and the rest."""

    LIST = "list"
    TRANSACTION = "transaction"
    SUPPORTING = "supporting"
    SINGLETON = "singleton"


class Cdc(StrEnum):
    """Whether change data capture covers an entity; where nobody has shown it, Intuit's wording says yes."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One entity; the facts are those of the API reference, sections 2.4, 3.1, 3.3 and 8."""

    name: str
    kind: Kind
    ends: frozenset[str]  # of soft, hard, void
    order: tuple[str, ...]  # without ORDERBY; transactions: newest change first
    filters: tuple[str, ...]
    cdc: Cdc = Cdc.YES
    queryable: bool = True
    counts: bool = False  # totalCount stands in plain queries
    answer_key: str = ""
    needs_filter: str = ""
    ignores_paging: bool = False
    required: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        return self.name.lower()

    @property
    def key(self) -> str:
        """Under what name answers hold the records."""
        return self.answer_key or self.name

    @property
    def soft(self) -> bool:
        return "soft" in self.ends

    @property
    def numbered_together(self) -> bool:
        """Transactions of all types share one sequence of ids (section 8.1)."""
        return self.kind is Kind.TRANSACTION


def _ends(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _transaction(name: str, ends: str, filters: str, required: str = "", **more: object) -> Trait:
    words = ("Id", *TIMES, *filters.split())
    return Trait(
        name=name,
        kind=Kind.TRANSACTION,
        ends=_ends(ends),
        order=(UPDATED,),
        filters=words,
        required=tuple(required.split()),
        **more,  # type: ignore[arg-type]
    )


def _list(name: str, ends: str, order: str, filters: str, required: str = "", **more: object) -> Trait:
    words = ("Id", *TIMES, *filters.split())
    return Trait(
        name=name,
        kind=Kind.LIST,
        ends=_ends(ends),
        order=tuple(order.split()),
        filters=words,
        required=tuple(required.split()),
        **more,  # type: ignore[arg-type]
    )


def _other(name: str, kind: Kind, filters: str = "", ends: str = "", **more: object) -> Trait:
    words = ("Id", *TIMES, *filters.split())
    return Trait(name=name, kind=kind, ends=_ends(ends), order=(), filters=words, **more)  # type: ignore[arg-type]


_SALES = "TxnDate DocNumber TotalAmt CustomerRef"
_PERSON = "DisplayName GivenName MiddleName FamilyName PrintOnCheckName Active"

TRAITS = (
    _transaction("Invoice", "void hard", f"{_SALES} Balance DueDate", "CustomerRef Line", counts=True),
    _transaction("SalesReceipt", "void hard", _SALES, "Line"),
    _transaction("Estimate", "hard", f"{_SALES} DueDate", "CustomerRef Line"),
    _transaction("CreditMemo", "hard", f"{_SALES} Balance", "CustomerRef Line"),
    _transaction("RefundReceipt", "hard", _SALES, "DepositToAccountRef Line"),
    _transaction(
        "Payment", "void hard", "TxnDate TotalAmt CustomerRef PaymentRefNum", "CustomerRef TotalAmt"
    ),
    _transaction(
        "Bill",
        "hard",
        "TxnDate DocNumber TotalAmt Balance DueDate VendorRef APAccountRef SalesTermRef",
        "VendorRef Line",
        counts=True,
    ),
    _transaction(
        "BillPayment",
        "void hard",
        "TxnDate DocNumber TotalAmt VendorRef APAccountRef",
        "VendorRef TotalAmt PayType Line",
        counts=True,
    ),
    _transaction(
        "VendorCredit", "hard", "TxnDate DocNumber TotalAmt VendorRef APAccountRef", "VendorRef Line"
    ),
    _transaction("Purchase", "hard", "TxnDate DocNumber TotalAmt PaymentType", "AccountRef PaymentType Line"),
    _transaction(
        "PurchaseOrder", "hard", "TxnDate DocNumber TotalAmt VendorRef", "VendorRef Line", counts=True
    ),
    _transaction("JournalEntry", "hard", "TxnDate DocNumber Adjustment", "Line", counts=True),
    _transaction("Deposit", "hard", "TxnDate DocNumber", "DepositToAccountRef Line", counts=True),
    _transaction("Transfer", "hard", "TxnDate", "FromAccountRef ToAccountRef Amount"),
    _transaction("TimeActivity", "hard", "TxnDate", "NameOf", cdc=Cdc.NO),
    _transaction(
        "CreditCardPayment",
        "hard",
        "TxnDate",
        "CreditCardAccountRef BankAccountRef Amount",
        answer_key="CreditCardPaymentTxn",
    ),
    _transaction(
        "InventoryAdjustment", "hard", "TxnDate DocNumber", "AdjustAccountRef Line", queryable=False
    ),
    _transaction("ReimburseCharge", "hard", "TxnDate CustomerRef"),
    _transaction("RecurringTransaction", "hard", ""),
    _transaction("TaxPayment", "", "PaymentDate Refund"),
    _list(
        "Account",
        "soft",
        "Name",
        "Name AccountType AccountSubType Classification Active FullyQualifiedName SubAccount CurrentBalance",
        "Name",
    ),
    _list(
        "Customer",
        "soft",
        "FullyQualifiedName",
        f"{_PERSON} FullyQualifiedName CompanyName PrimaryEmailAddr Balance BalanceWithJobs",
        "DisplayName",
    ),
    _list("Vendor", "soft", "DisplayName", f"{_PERSON} Suffix CompanyName Balance", "DisplayName"),
    _list("Employee", "soft", "DisplayName", f"{_PERSON} Suffix HiredDate ReleasedDate", "GivenName"),
    _list(
        "Item",
        "soft",
        "FullyQualifiedName",
        "Name FullyQualifiedName Sku Type Active Description",
        "Name Type",
    ),
    _list("Class", "soft", "FullyQualifiedName", "Name FullyQualifiedName Active", "Name"),
    _list("Department", "soft", "FullyQualifiedName", "Name FullyQualifiedName Active", "Name"),
    _list("Term", "soft", "Name", "Name Active", "Name"),
    _list("PaymentMethod", "soft", "Name", "Name Active Type", "Name"),
    _list("CustomerType", "", "Name", "Name Active"),
    _list("CompanyCurrency", "soft", "Code", "Code Name Active", "Code"),
    _list("JournalCode", "hard", "Name", "Name Active", "Name", cdc=Cdc.NO),
    _list("TaxCode", "", "Name", "Name Active Description", cdc=Cdc.NO),
    _list("TaxRate", "", "Name", "Name Active Description", cdc=Cdc.NO),
    _list("TaxAgency", "", "DisplayName", "DisplayName", "DisplayName", cdc=Cdc.NO),
    _other("TaxClassification", Kind.SUPPORTING, "Code Name Level", ignores_paging=True),
    _other("Budget", Kind.SUPPORTING, "Name Active StartDate EndDate"),
    _other(
        "Attachable",
        Kind.SUPPORTING,
        "AttachableRef.EntityRef.Type AttachableRef.EntityRef.value FileName",
        "hard",
    ),
    _other(
        "ExchangeRate",
        Kind.SUPPORTING,
        "SourceCurrencyCode TargetCurrencyCode AsOfDate",
        cdc=Cdc.NO,
        needs_filter="SourceCurrencyCode",
    ),
    _other("CompanyInfo", Kind.SINGLETON, ignores_paging=True),
    _other("Preferences", Kind.SINGLETON),
    _other("Entitlements", Kind.SINGLETON, cdc=Cdc.NO, queryable=False),
    _other("TaxService", Kind.SUPPORTING, cdc=Cdc.NO, queryable=False),
)

_by_name = {trait.name.lower(): trait for trait in TRAITS}


def find(name: str) -> Trait | None:
    """The entity of that name, in whatever case: lower-case names are widely used (section 3)."""
    return _by_name.get(name.lower())
