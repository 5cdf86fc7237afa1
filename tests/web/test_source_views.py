"""The switches for views on a source's settings page."""

from html import unescape

from tests.web.conftest import Browser
from tests.web.test_source_settings import ada as ada  # noqa: PLC0414 (a fixture)
from tests.web.test_source_settings import save, source


def test_views_are_switched(ada: Browser) -> None:
    assert 'placeholder="quickbooks_a_fivetran"' in ada.page.text

    save(ada, views=[], fivetran="yes")
    assert (source(ada).views, source(ada).fivetran) == (False, "")
    save(ada, views="yes", fivetran_dataset="theirs")
    assert (source(ada).views, source(ada).fivetran) == (True, "theirs")
    save(ada, fivetran=[])
    assert source(ada).fivetran is None


def test_a_dataset_that_no_warehouse_takes_is_told_beside_its_field(ada: Browser) -> None:
    save(ada, fivetran="yes", fivetran_dataset="Theirs")

    assert "The dataset of these views may hold only a to z" in unescape(ada.page.text)
    assert 'value="Theirs"' in ada.page.text
    assert source(ada).fivetran is None
