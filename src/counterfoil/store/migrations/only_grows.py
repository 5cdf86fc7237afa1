"""What keeps the audit trail as it was written: the database itself refuses to change or take away its lines."""

import sqlalchemy as sa
from alembic import op

REFUSAL = "the audit trail only grows"

SQLITE = tuple(
    f"CREATE TRIGGER audit_keeps_{deed.lower()} BEFORE {deed} ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for deed in ("UPDATE", "DELETE")
)

FUNCTION = f"""CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege'; END $$"""

# Per statement, so that TRUNCATE is met too.
TRIGGER = """CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"""

POSTGRESQL = (FUNCTION, TRIGGER)


def guard_audit() -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on the audit trail from now on."""
    statements = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(sa.text(statement))
