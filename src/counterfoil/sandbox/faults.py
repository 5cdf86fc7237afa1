"""How QuickBooks says no: the service's capitalised fault, the gateway's lower-case one, and XML (section 2.6)."""

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from counterfoil.sandbox.clock import stamp_answer
from counterfoil.sandbox.wire import TYPE_XML, Answer, encode

INACTIVE = "Something you're trying to use has been made inactive."
CHECK_FIELDS = "Check the fields with accounts, customers, items, vendors or employees."


class FaultError(Exception):
    """A refusal on its way to the caller."""

    def __init__(
        self, status: int, code: str, message: str, detail: str, *, kind: str = "ValidationFault"
    ) -> None:
        super().__init__(f"{status}/{code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.kind = kind

    def body(self) -> dict[str, object]:
        """The `Fault` object, as it also stands in the items of a batch."""
        error = {"Message": self.message, "Detail": self.detail, "code": self.code, "element": ""}
        return {"Error": [error], "type": self.kind}


def parse_error(detail: str) -> FaultError:
    """4000: the query could not be read."""
    return FaultError(400, "4000", "Error parsing query", f"QueryParserError: {detail}")


def empty_query() -> FaultError:
    """4000, whose detail begins with a line break of its own."""
    return FaultError(400, "4000", "Error parsing query", "\nQueryParserError: The query provided was empty")


def invalid_query(detail: str) -> FaultError:
    """4001: the query could be read and makes no sense."""
    return FaultError(400, "4001", "Invalid query", f"QueryValidationError: {detail}")


def poisoned_page() -> FaultError:
    """4002: one bad stored record fails the whole answer."""
    detail = "QueryProcessingError: To email address entered is invalid"
    return FaultError(400, "4002", "Error processing query", detail)


def never_existed(entity: str) -> FaultError:
    """610 for an id that was never given; the wording of this form is not established."""
    return FaultError(
        400, "610", "Object Not Found", f"Object Not Found : {entity} with the given Id does not exist"
    )


def deleted() -> FaultError:
    """610 for an id that is gone."""
    return FaultError(400, "610", "Object Not Found", f"Object Not Found : {INACTIVE} {CHECK_FIELDS}")


def stale_object() -> FaultError:
    """5010: the SyncToken is not the record's own."""
    detail = "Stale Object Error : You and another user were working on this at the same time."
    return FaultError(400, "5010", "Stale Object Error", detail)


def unsupported(what: str) -> FaultError:
    """500: no such operation."""
    return FaultError(400, "500", "Unsupported Operation", f"Operation {what} is not supported.")


def render(fault: FaultError, now: datetime, *, as_json: bool) -> Answer:
    """The service's own envelope, in JSON or XML as asked."""
    if not as_json:
        return render_xml(fault, now)
    return Answer(status=fault.status, body=encode({"Fault": fault.body(), "time": stamp_answer(now)}))


def render_xml(fault: FaultError, now: datetime, *, headers: dict[str, str] | None = None) -> Answer:
    """The XML form, which throttling uses at times even where JSON was asked for."""
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<IntuitResponse time="{stamp_answer(now)}" xmlns="http://schema.intuit.com/finance/v3">'
        f"<Fault type={quoteattr(fault.kind)}><Error code={quoteattr(fault.code)}>"
        f"<Message>{escape(fault.message)}</Message><Detail>{escape(fault.detail)}</Detail>"
        "</Error></Fault></IntuitResponse>"
    )
    return Answer(status=fault.status, body=text.encode(), media=TYPE_XML, headers=headers or {})


def render_gateway(fault: FaultError, now: datetime, *, headers: dict[str, str] | None = None) -> Answer:
    """What stands before the service answers in lower case, with empty members and the time in milliseconds."""
    error = {"message": fault.message, "detail": fault.detail or None, "code": fault.code, "element": None}
    body: dict[str, object] = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": fault.kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(now.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }
    return Answer(status=fault.status, body=encode(body), headers=headers or {})


def gateway(status: int, code: str, name: str, detail: str, *, kind: str = "SERVICE") -> FaultError:
    """A refusal in the gateway's words: `message=ThrottleExceeded; errorCode=003001; statusCode=429`."""
    return FaultError(
        status, code, f"message={name}; errorCode=00{code}; statusCode={status}", detail, kind=kind
    )


def bad_token(detail: str, now: datetime) -> Answer:
    """401/3200 with the header that RFC 6750 asks for."""
    fault = gateway(401, "3200", "AuthenticationFailed", detail, kind="AUTHENTICATION")
    return render_gateway(
        fault, now, headers={"www-authenticate": 'Bearer realm="Intuit", error="invalid_token"'}
    )


def no_right(now: datetime) -> Answer:
    """403/3100: this token gives no right to this company."""
    return render_gateway(gateway(403, "3100", "ApplicationAuthorizationFailed", ""), now)


def throttled(now: datetime, *, as_xml: bool, headers: dict[str, str] | None = None) -> Answer:
    """429/3001."""
    fault = gateway(429, "3001", "ThrottleExceeded", "The request limit was reached.  Try again later")
    draw = render_xml if as_xml else render_gateway
    return draw(fault, now, headers=headers)
