"""Files of attachables: `/download/{id}` answers an address that works for a quarter of an hour (section 9)."""

from counterfoil.sandbox.books import Books
from counterfoil.sandbox.faults import deleted, never_existed
from counterfoil.sandbox.wire import Answer


def download(books: Books, id_: str) -> Answer:
    """Where the file lies, as plain text.

    Raises FaultError 610 where there is no such attachable or it holds a note only.
    """
    record = books.get("Attachable", id_)
    if record is None:
        raise deleted() if books.was_deleted("Attachable", id_) else never_existed("Attachable")
    address = record.get("TempDownloadUri")
    if not address:
        raise never_existed("Attachable")
    return Answer(body=str(address).encode(), media="text/plain;charset=UTF-8")
