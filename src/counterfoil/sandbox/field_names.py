"""Table: type -> (the type it extends, its simple properties, its properties with an inside), by the public XSD."""

FIELD_NAMES = {
    "Account": (
        "IntuitEntity",
        """Name SubAccount Description FullyQualifiedName AccountAlias TxnLocationType Active
        Classification AccountType AccountSubType AcctNum AcctNumExtn BankNum OpeningBalance
        OpeningBalanceDate CurrentBalance CurrentBalanceWithSubAccounts TaxAccount
        OnlineBankingEnabled FIName""",
        "ParentRef AccountPurposes CurrencyRef TaxCodeRef JournalCodeRef AccountEx",
    ),
    "Attachable": (
        "IntuitEntity",
        """FileName FileAccessUri TempDownloadUri Size ContentType Category Lat Long PlaceName Note Tag
        ThumbnailFileAccessUri ThumbnailTempDownloadUri documentId""",
        "AttachableEx",
    ),
    "Bill": (
        "PurchaseByVendor",
        "DueDate Balance HomeBalance LessCIS IncludeInAnnualTPAR",
        "PayerRef SalesTermRef RemitToAddr ShipAddr VendorAddr BillEx",
    ),
    "BillPayment": (
        "Transaction",
        "PayType TotalAmt",
        "VendorRef VendorAddr APAccountRef CheckPayment CreditCardPayment BillPaymentEx",
    ),
    "Budget": (
        "IntuitEntity",
        "Name StartDate EndDate BudgetType BudgetEntryType Active",
        "BudgetDetail",
    ),
    "Class": (
        "IntuitEntity",
        "Name SubClass FullyQualifiedName Active",
        "ParentRef ClassEx",
    ),
    "CompanyCurrency": (
        "IntuitEntity",
        "Code Name Active",
        "CompanyCurrencyEx",
    ),
    "CompanyInfo": (
        "IntuitEntity",
        """CompanyName LegalName CompanyFileName FlavorStratum SampleFile CompanyUserId
        CompanyUserAdminEmail CompanyStartDate EmployerId FiscalYearStartMonth TaxYearStartMonth
        QBVersion Country LastImportedTime LastSyncTime SupportedLanguages DefaultTimeZone
        MultiByteCharsSupported FifoCalculationStatus""",
        """CompanyAddr CustomerCommunicationAddr LegalAddr CompanyEmailAddr
        CustomerCommunicationEmailAddr CompanyURL PrimaryPhone OtherContactInfo ShipAddr OtherAddr
        Mobile Fax Email WebAddr NameValue CompanyInfoEx""",
    ),
    "CreditCardPaymentTxn": (
        "Transaction",
        "Amount CheckNum PrintStatus Memo",
        "CreditCardAccountRef BankAccountRef VendorRef CreditCardPaymentEx",
    ),
    "CreditMemo": (
        "SalesTransaction",
        "RemainingCredit",
        "InvoiceRef CreditMemoEx",
    ),
    "Customer": (
        "NameBase",
        """Taxable ContactName AltContactName Notes Job BillWithParent Level Balance OpenBalanceDate
        BalanceWithJobs CreditLimit AcctNum OverDueBalance TotalRevenue TotalExpense
        PreferredDeliveryMethod ResaleNum TDSEnabled SecondaryTaxIdentifier PrimaryTaxIdentifier
        TaxExemptionReasonId IsProject BusinessNumber GSTIN GSTRegistrationType IsCISContractor
        ClientCompanyId ClientEntityId Source TaxRegime""",
        """BillAddr ShipAddr OtherAddr RootCustomerRef ParentRef CustomerTypeRef SalesTermRef SalesRepRef
        TaxGroupCodeRef TaxRateRef PaymentMethodRef CCDetail PriceLevelRef CurrencyRef JobInfo
        CustomerEx ARAccountRef""",
    ),
    "CustomerType": (
        "IntuitEntity",
        "Name FullyQualifiedName Active",
        "ParentRef",
    ),
    "Department": (
        "IntuitEntity",
        "Name SubDepartment FullyQualifiedName Active",
        "ParentRef DepartmentEx Address",
    ),
    "Deposit": (
        "Transaction",
        "GlobalTaxCalculation TotalAmt HomeTotalAmt",
        "DepositToAccountRef CashBack DepositEx",
    ),
    "Employee": (
        "NameBase",
        """EmployeeType EmployeeNumber SSN BillableTime BillRate BirthDate Gender HiredDate ReleasedDate
        UseTimeEntry CostRate Notes""",
        "PrimaryAddr OtherAddr EmployeeEx",
    ),
    "Estimate": (
        "SalesTransaction",
        "ExpirationDate AcceptedBy AcceptedDate",
        "EstimateEx",
    ),
    "ExchangeRate": (
        "IntuitEntity",
        "SourceCurrencyCode TargetCurrencyCode Rate AsOfDate",
        "ExchangeRateEx",
    ),
    "IntuitEntity": (
        "",
        "Id SyncToken",
        "MetaData CustomField AttachableRef",
    ),
    "InventoryAdjustment": (
        "Transaction",
        "ShippingAdjustment",
        "AdjustAccountRef CustomerRef",
    ),
    "Invoice": (
        "SalesTransaction",
        """Deposit AllowIPNPayment AllowOnlinePayment AllowOnlineCreditCardPayment AllowOnlineACHPayment
        AllowOnlinePayPalPayment AllowOnlineAffirmPayment EInvoiceStatus ECloudStatusTimeStamp CfdiUse
        Exportation invoiceStatus callToAction LessCIS InvoiceLink PaymentDetailsMessage
        InvoiceLinkSecurityCode InvoiceLinkExpiryDate AutoPayEligible SchedulePayEligible
        ScheduledPaymentId GratuityEnabled FinancingProductType SubscriptionPaymentsSetting""",
        """GlobalInfo invoiceStatusLog InvoiceEx ConvenienceFeeDetail EnabledSurchargeInfo
        TxnRetainageDetail""",
    ),
    "Item": (
        "IntuitEntity",
        """Name Sku Description Active SubItem Level FullyQualifiedName Taxable SalesTaxIncluded
        PercentBased UnitPrice RatePercent Type PurchaseDesc PurchaseTaxIncluded PurchaseCost AvgCost
        TrackQtyOnHand QtyOnHand QtyOnPurchaseOrder QtyOnSalesOrder ReorderPoint ManPartNum
        InvStartDate BuildPoint PrintGroupedItems SpecialItem SpecialItemType AbatementRate
        ReverseChargeRate ServiceType ItemCategoryType UQCDisplayText UQCId Source DeferredRevenue""",
        """ParentRef PaymentMethodRef UOMSetRef IncomeAccountRef ExpenseAccountRef COGSAccountRef
        AssetAccountRef PrefVendorRef DepositToAccountRef SalesTaxCodeRef PurchaseTaxCodeRef
        ItemGroupDetail ItemAssemblyDetail ItemEx TaxClassificationRef ClassRef CustomExtensions""",
    ),
    "JournalCode": (
        "IntuitEntity",
        "Name Type Description Active",
        "JournalCodeEx",
    ),
    "JournalEntry": (
        "Transaction",
        """Adjustment HomeCurrencyAdjustment EnteredInHomeCurrency GlobalTaxCalculation TotalAmt
        HomeTotalAmt""",
        "JournalEntryEx",
    ),
    "NameBase": (
        "IntuitEntity",
        """IntuitId Organization Title GivenName MiddleName FamilyName Suffix FullyQualifiedName
        CompanyName DisplayName PrintOnCheckName UserId Active V4IDPseudonym""",
        """PrimaryPhone AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr OtherContactInfo
        DefaultTaxCodeRef""",
    ),
    "Payment": (
        "Transaction",
        "PaymentRefNum PaymentType TotalAmt UnappliedAmt ProcessPayment PaymentExtendedType",
        """CustomerRef RemitToRef ARAccountRef DepositToAccountRef PaymentMethodRef CheckPayment
        CreditCardPayment PaymentEx""",
    ),
    "PaymentMethod": (
        "IntuitEntity",
        "Name Active Type",
        "PaymentMethodEx",
    ),
    "Preferences": (
        "IntuitEntity",
        "",
        """AccountingInfoPrefs AdvancedInventoryPrefs ProductAndServicesPrefs SalesFormsPrefs
        EmailMessagesPrefs PrintDocumentPrefs VendorAndPurchasesPrefs TimeTrackingPrefs TaxPrefs
        FinanceChargesPrefs CurrencyPrefs ReportPrefs OtherPrefs""",
    ),
    "Purchase": (
        "Transaction",
        """PaymentRefNum PaymentType Credit TotalAmt Memo PrintStatus GlobalTaxCalculation LessCIS
        IncludeInAnnualTPAR""",
        "AccountRef PaymentMethodRef CheckPayment CreditCardPayment EntityRef RemitToAddr PurchaseEx",
    ),
    "PurchaseByVendor": (
        "Transaction",
        "TotalAmt Memo GlobalTaxCalculation",
        "VendorRef APAccountRef BillEmail ReplyEmail",
    ),
    "PurchaseOrder": (
        "PurchaseByVendor",
        "DueDate ExpectedDate FOB PrintStatus EmailStatus ManuallyClosed POStatus",
        """TaxCodeRef ClassRef ReimbursableInfoRef SalesTermRef VendorAddr ShipTo DropShipToEntity
        InventorySiteRef ShipAddr ShipMethodRef POEmail TemplateRef PurchaseOrderEx""",
    ),
    "RefundReceipt": (
        "SalesTransaction",
        "RemainingCredit",
        "RefundReceiptEx",
    ),
    "ReimburseCharge": (
        "Transaction",
        "HasBeenInvoiced Amount HomeTotalAmt",
        "CustomerRef",
    ),
    "SalesReceipt": (
        "SalesTransaction",
        "LessCIS",
        "SalesReceiptEx",
    ),
    "SalesTransaction": (
        "Transaction",
        """AutoDocNumber CustomerMemo FreeFormAddress DueDate PONumber FOB ShipDate TrackingNum
        GlobalTaxCalculation TotalAmt HomeTotalAmt ApplyTaxAfterDiscount ShippingTaxIncludedInTotalTax
        PrintStatus EmailStatus Balance HomeBalance FinanceCharge PaymentRefNum PaymentType
        DiscountRate DiscountAmt GovtTxnRefIdentifier""",
        """CustomerRef BillAddr ShipAddr ShipFromAddr RemitToRef ClassRef SalesTermRef SalesRepRef
        ShipMethodRef TemplateRef BillEmail BillEmailCc BillEmailBcc ARAccountRef PaymentMethodRef
        CheckPayment CreditCardPayment DepositToAccountRef DeliveryInfo TaxExemptionRef""",
    ),
    "TaxAgency": (
        "Vendor",
        """SalesTaxCountry TaxRegistrationNumber ReportingPeriod TaxTrackedOnPurchases TaxTrackedOnSales
        TaxOnTax LastFileDate TaxAgencyConfig""",
        """SalesTaxCodeRef SalesTaxReturnRef TaxOnPurchasesAccountRef TaxTrackedOnSalesAccountRef
        TaxAgencyExt""",
    ),
    "TaxClassification": (
        "IntuitEntity",
        "Code Name Description Level",
        "ParentRef ApplicableTo",
    ),
    "TaxCode": (
        "IntuitEntity",
        "Name Description Active Hidden Taxable TaxGroup TaxCodeConfigType",
        "SalesTaxRateList PurchaseTaxRateList AdjustmentTaxRateList TaxCodeEx",
    ),
    "TaxPayment": (
        "IntuitEntity",
        "PaymentDate PaymentAmount Description Refund",
        "PaymentAccountRef",
    ),
    "TaxRate": (
        "IntuitEntity",
        "Name Description Active RateValue SpecialTaxType DisplayType",
        "AgencyRef TaxReturnLineRef EffectiveTaxRate TaxRateEx OriginalTaxRate",
    ),
    "Term": (
        "IntuitEntity",
        """Name Active Type DiscountPercent DueDays DiscountDays DayOfMonthDue DueNextMonthDays
        DiscountDayOfMonth""",
        "SalesTermEx",
    ),
    "TimeActivity": (
        "IntuitEntity",
        """TimeZone TxnDate NameOf TimeChargeId BillableStatus Taxable HourlyRate CostRate Hours Minutes
        Seconds BreakHours BreakMinutes BreakSeconds StartTime EndTime Description
        HoursInEmployeeTimeZone""",
        """EmployeeRef VendorRef OtherNameRef CustomerRef DepartmentRef ItemRef ClassRef PayrollItemRef
        ProjectRef TimeActivityEx""",
    ),
    "Transaction": (
        "IntuitEntity",
        """DocNumber TxnDate TxnSubType ExchangeRate PrivateNote TxnStatus TxnSource TaxFormType
        TaxFormNum TransactionLocationType TotalCostAmount HomeTotalCostAmount""",
        """DepartmentRef CurrencyRef LinkedTxn Line TxnTaxDetail Tag TxnApprovalInfo RecurDataRef
        RecurringInfo ProjectRef""",
    ),
    "Transfer": (
        "Transaction",
        "Amount",
        "FromAccountRef ToAccountRef ClassRef TransferEx",
    ),
    "Vendor": (
        "NameBase",
        """ContactName AltContactName Notes TaxCountry TaxIdentifier TaxIdEffectiveDate BusinessNumber
        Balance BillRate OpenBalanceDate CreditLimit AcctNum Vendor1099 T4AEligible T5018Eligible
        TDSEnabled TDSEntityTypeId TDSSectionTypeId TDSOverrideThreshold TaxReportingBasis GSTIN
        GSTRegistrationType IsSubContractor SubcontractorType CISRate HasTPAR Source CostRate
        AgencyVerificationStatus AgencyVerificationStatusMsg AgencyVerificationTSUTC
        CompanyRegistrationNumber""",
        """BillAddr ShipAddr OtherAddr ParentRef VendorTypeRef TermRef PrefillAccountRef CurrencyRef
        APAccountRef VendorEx VendorPaymentBankDetail""",
    ),
    "VendorCredit": (
        "PurchaseByVendor",
        "Balance IncludeInAnnualTPAR",
        "VendorAddr VendorCreditEx",
    ),
}
