"""Whoever does not ask for JSON gets XML, as at Intuit."""

from xml.etree import ElementTree

from tests.sandbox.acme import Caller

FINANCE = "{http://schema.intuit.com/finance/v3}"


def asked(caller: Caller, path: str, **params: str) -> ElementTree.Element:
    answer = caller.http.get(path, params=params, headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "application/xml"
    return ElementTree.fromstring(answer.content)


def test_records_are_elements_and_counts_are_attributes(read_only: Caller) -> None:
    found = asked(read_only, "/query", query="select * from Invoice maxresults 2")[0]

    assert found.attrib == {"startPosition": "1", "maxResults": "2", "totalCount": "2"}
    assert [row.findtext(f"{FINANCE}Id") for row in found] == ["1", "2"]
    assert found[0].findtext(f"{FINANCE}TotalAmt") == "100.00"
    assert found[0].findtext(f"{FINANCE}CustomerRef") == "1"


def test_hostile_names_and_texts_stay_text(caller: Caller) -> None:
    body = {"DisplayName": "</x>\x01 & <b>", "a><script": "y", "Notes": 'say "hi"'}
    assert caller.post("/customer", body).status_code == 200

    (customer,) = asked(caller, "/query", query="select * from Customer where DisplayName like '%<b>'")[0]

    assert customer.findtext(f"{FINANCE}DisplayName") == "</x> & <b>"
