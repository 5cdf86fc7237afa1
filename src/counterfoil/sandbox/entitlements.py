"""What a company's plan includes, which QuickBooks tells in XML only (section 8)."""

from counterfoil.sandbox.wire import TYPE_XML, Answer

FEATURES = (("1", "Invoices", "On"), ("2", "Multicurrency", "On"), ("3", "Payroll & time", "Off"))


def entitlements() -> Answer:
    """The same plan for every company."""
    told = "".join(
        f'<Entitlement id="{id_}"><name>{name.replace("&", "&amp;")}</name><term>{term}</term></Entitlement>'
        for id_, name, term in FEATURES
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><EntitlementsResponse><QboCompany>true</QboCompany>'
        "<PlanName>QuickBooks Online Plus</PlanName><MaxUsers>5</MaxUsers><CurrentUsers>2</CurrentUsers>"
        f"<DaysRemainingTrial>0</DaysRemainingTrial>{told}<Thresholds><Threshold><name>Accounts</name>"
        "<limit>250</limit><enforced>true</enforced><currentCount>54</currentCount>"
        "<aboveThreshold>false</aboveThreshold></Threshold></Thresholds></EntitlementsResponse>"
    )
    return Answer(status=200, body=body.encode(), media=TYPE_XML, headers={})
