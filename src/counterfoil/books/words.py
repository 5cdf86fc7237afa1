"""From DuckDB's SQL over tables without prefix to the SQL of a warehouse over the tables that are there."""

from collections.abc import Collection
from typing import Final

from sqlglot import Dialect, exp, parse_one

from counterfoil.model.view import Ground

WIDER: Final = {
    kind: exp.DataType.build(wider, dialect="clickhouse")
    for wider, kinds in (
        ("Nullable(Date32)", (exp.DType.DATE,)),
        (
            "Nullable(DateTime64(6, 'UTC'))",
            (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ),
        ),
    )
    for kind in kinds
}
"""ClickHouse's types that reach further than those by the usual names."""
LAST_DAY: Final = parse_one(
    "subtractDays(addMonths(makeDate32(toYear(day), toMonth(day), 1), 1), 1)", read="clickhouse"
)


def worded(sql: str, ground: Ground, views: Collection[str] = ()) -> str:
    """The query as the warehouse takes it: tables and views under their full names, every name in quotes."""
    query = parse_one(sql, read="duckdb")
    ours = ground.names.union(views) - {str(made.alias) for made in query.find_all(exp.CTE)}
    for table in list(query.find_all(exp.Table)):
        if table.name in ours and not table.db:
            table.set("this", exp.to_identifier(ground.prefix + table.name))
            table.set("db", exp.to_identifier(ground.dataset) if ground.dataset else None)
    for name in query.find_all(exp.Identifier):
        name.set("quoted", True)  # noqa: FBT003 (sqlglot takes it so)
        if ground.upper_names:
            name.set("this", name.name.upper())
    for mark in list(query.find_all(exp.Placeholder)):
        mark.replace(exp.var("?"))  # as Destination.query takes it, whatever the dialect's own is
    _name_columns(query)
    _order_as_usual(query, ground.dialect)
    if ground.dialect == "clickhouse":
        _mean_the_same(query)
    if ground.dialect == "bigquery":
        _multiply_exactly(query)
    return query.sql(dialect=ground.dialect, pretty=True)


def _name_columns(query: exp.Expr) -> None:
    """Name what a join hands on: ClickHouse calls it `t.key` where another table of the join has a `key` too."""
    for select in query.find_all(exp.Select):
        if select.args.get("joins"):
            named = [
                exp.alias_(one, one.name) if isinstance(one, exp.Column) and one.name != "*" else one
                for one in select.expressions
            ]
            select.set("expressions", named)


def _order_as_usual(query: exp.Expr, dialect: str) -> None:
    """Say nothing of nulls in any order: what we order by has none, and not every warehouse can be told."""
    small = Dialect.get_or_raise(dialect).NULL_ORDERING == "nulls_are_small"
    for ordered in query.find_all(exp.Ordered):
        ordered.set("nulls_first", small and not ordered.args.get("desc"))


def _multiply_exactly(query: exp.Expr) -> None:
    """Multiply as BIGNUMERIC: BigQuery's NUMERIC keeps nine decimals, and a cent would be rounded twice."""
    for cast in query.find_all(exp.Cast):
        if isinstance(cast.parent, exp.Mul) and cast.to.is_type(exp.DType.DECIMAL):
            cast.set("to", exp.DataType(this=exp.DType.BIGDECIMAL))


def _mean_the_same(query: exp.Expr) -> None:
    """Have ClickHouse take what we say as others do, without settings: it leaves them out for readers who change none.

    Else what a join does not find is "" or 0 there, unless a column may be null; and days and moments begin in 1970,
    the last day of a month too.
    """
    for cast in query.find_all(exp.Cast):
        if cast.to.is_type(*WIDER):
            cast.set("to", WIDER[cast.to.this].copy())
    for last in list(query.find_all(exp.LastDay)):
        made = LAST_DAY.copy()
        for day in list(made.find_all(exp.Column)):
            day.replace(last.this.copy())
        last.replace(made)
    for select in query.find_all(exp.Select):
        for told in list(select.expressions):
            value = told.unalias()
            if value.is_star or isinstance(value, exp.Null):
                continue
            maybe: exp.Expr = exp.Anonymous(this="toNullable", expressions=[value.copy()])
            value.replace(
                exp.alias_(maybe, value.name, quoted=True) if value is told and value.name else maybe
            )
