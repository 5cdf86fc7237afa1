"""Settings: the environment over counterfoil.toml over the defaults."""

from pathlib import Path

import pytest

from counterfoil.declared import SETTINGS
from counterfoil.errors import SettingInvalid
from counterfoil.settings import Settings, read_settings


def read(home: Path, **variables: str) -> Settings:
    return read_settings({"COUNTERFOIL_HOME": str(home), **variables})


def written(home: Path, text: str) -> Path:
    (home / "counterfoil.toml").write_text(text, encoding="utf-8")
    return home


def test_without_any_setting_everything_stands_in_the_home_folder() -> None:
    settings = read_settings({})

    assert settings.home == Path.home() / ".counterfoil"
    assert settings.database_url == f"sqlite:///{Path.home()}/.counterfoil/counterfoil.db"
    assert settings.log_level == "INFO"
    assert settings.quickbooks_api_url == ""


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    written(tmp_path, 'log_level = "debug"\nquickbooks_client_id = "from the file"\n')

    settings = read(tmp_path, COUNTERFOIL_QUICKBOOKS_CLIENT_ID="from the environment")

    assert settings.log_level == "DEBUG"
    assert settings.quickbooks_client_id == "from the environment"


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "client").write_text("s3cret\n")
    variable = "COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET_FILE"

    assert read(tmp_path, **{variable: str(tmp_path / "client")}).quickbooks_client_secret == "s3cret"

    written(tmp_path, f'quickbooks_client_secret_file = "{tmp_path}/client"\n')
    assert read(tmp_path).quickbooks_client_secret == "s3cret"


def test_a_secret_given_in_two_ways_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="both set"):
        read(tmp_path, COUNTERFOIL_SECRET_KEY="a", COUNTERFOIL_SECRET_KEY_FILE="b")


def test_a_secret_file_that_is_not_there_is_told_by_its_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="COUNTERFOIL_SECRET_KEY_FILE names"):
        read(tmp_path, COUNTERFOIL_SECRET_KEY_FILE=str(tmp_path / "nowhere"))


def test_every_unknown_key_of_the_file_is_told_with_its_line_and_what_was_meant(tmp_path: Path) -> None:
    written(tmp_path, 'log_level = "INFO"\n\ndatabse_url = "x"\nhome = "/srv"\n[COUNTERFOIL_PUBLIC_URL]\n')

    with pytest.raises(SettingInvalid) as caught:
        read(tmp_path)

    lines = str(caught.value).splitlines()
    assert lines[0].endswith(
        "counterfoil.toml:3: there is no setting `databse_url`; did you mean `database_url`?"
    )
    assert "counterfoil.toml:4: `home` says where this file is" in lines[1]
    assert "did you mean `public_url`?" in lines[2]


@pytest.mark.parametrize(
    "text", ["log_level = 3", "log_level = [", 'log_level = "a"\nlog_level = "b"', "\x00"]
)
def test_a_file_that_cannot_be_read_is_told_by_its_path(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingInvalid, match=r"counterfoil\.toml"):
        read(written(tmp_path, text))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("COUNTERFOIL_LOG_LEVEL", "LOUD"), ("COUNTERFOIL_QUICKBOOKS_API_URL", "localhost")],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=variable):
        read(tmp_path, **{variable: value})


def test_no_secret_shows_in_what_settings_print(tmp_path: Path) -> None:
    names = [setting.variable for setting in SETTINGS if setting.secret]
    values = {name: f"hunter{number}" for number, name in enumerate(names)}

    assert "hunter" not in repr(read(tmp_path, **values))


SAID = {"log_level": "ERROR", "monthly_calls": "1000000", "refresh_hours": "3", "compare_hours": "48"}
SAID |= {"webhook_seconds": "30", "alert_failures": "2", "keep_days": "365"}
SAID |= {"metrics_public": "True", "tracing": "True"}
SAID |= {"places": "8", "grace_seconds": "60"}
SAID |= {"log_format": "json", "editors_reach": "private", "oidc_role": "viewer"}
SAID |= {"oidc_trusts_email": "True", "verify": "weekly", "report_hours": "12", "closed_report_days": "3"}


def test_every_setting_can_be_given_and_says_what_it_is_for(tmp_path: Path) -> None:
    for setting in SETTINGS[1:]:
        value = SAID.get(setting.name, "https://example.test")
        assert str(getattr(read(tmp_path, **{setting.variable: value}), setting.name)) == value
        assert setting.help.endswith(".")


@pytest.mark.parametrize("written_as", ["1000000", "1_000_000", "1,000,000"])
def test_a_monthly_allowance_may_be_written_with_marks_between_thousands(
    tmp_path: Path, written_as: str
) -> None:
    assert read(tmp_path, COUNTERFOIL_MONTHLY_CALLS=written_as).monthly_calls == 1_000_000


@pytest.mark.parametrize("bad", ["0", "-5", "1e6", "many", "0.5", "²", "9" * 13])
def test_a_monthly_allowance_that_is_no_number_of_calls_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SettingInvalid, match="COUNTERFOIL_MONTHLY_CALLS is"):
        read(tmp_path, COUNTERFOIL_MONTHLY_CALLS=bad)


def test_a_log_format_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="COUNTERFOIL_LOG_FORMAT is 'xml'"):
        read(tmp_path, COUNTERFOIL_LOG_FORMAT="xml")


def test_a_switch_that_is_neither_yes_nor_no_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="COUNTERFOIL_METRICS_PUBLIC is 'perhaps'"):
        read(tmp_path, COUNTERFOIL_METRICS_PUBLIC="perhaps")


def test_each_setting_tells_who_said_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("cfk_1")
    written(tmp_path, f'keep_days = "30"\nlog_level = "info"\nkey_file = "{tmp_path}/key"\n')

    variables = {"COUNTERFOIL_HOME": str(tmp_path), "COUNTERFOIL_KEEP_DAYS": "40"}
    told = read_settings(variables, given={"log_level": "debug"}).origins

    assert (told["home"], told["keep_days"]) == ("the environment", "the environment")
    assert (told["key"], told["log_level"]) == ("counterfoil.toml", "the command")
    assert told["places"] == "the default"
