"""How a statement that runs thousands of times is run: compiled once for each database, then handed to its driver as it is.

SQLAlchemy's own way from a Core statement to the driver costs several times what SQLite takes to carry the statement out
(docs/decisions/0014). What runs a few times a minute keeps that way: it is the more comfortable one.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any]


class _Compiled:
    """A statement in the words of one database, and how values go in and come out."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns else None)  # type: ignore[attr-defined]
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("only SQL can be prepared")
        self.dialect, self.sql, self.order = dialect, str(compiled), compiled.positiontup
        self.into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        given = {name: bind.value for name, bind in compiled.binds.items() if not bind.required and name not in (columns or ())}
        self.constants = {name: self._in(name, value) for name, value in given.items()}
        self.places = None if self.order is None else [(name, self.into[name], self.constants.get(name)) for name in self.order]
        self.out = list(statement.selected_columns) if isinstance(statement, Select) else []
        self.row = namedtuple("Row", [column.name for column in self.out]) if self.out else None  # type: ignore[misc]
        self.processors: list[tuple[int, Processor]] | None = None

    def _in(self, name: str, value: Any) -> Any:
        processor = self.into[name]
        return value if processor is None else processor(value)

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run it in the connection's transaction; returns the driver's cursor."""
        parameters: Any
        if self.places is None:
            parameters = self.constants | {name: self._in(name, value) for name, value in values.items()}
        else:
            parameters = [
                constant if name not in values else values[name] if processor is None else processor(values[name])
                for name, processor, constant in self.places
            ]
        raw: Any = connection.connection.dbapi_connection
        cursor = raw.cursor()
        try:
            cursor.execute(self.sql, parameters)
        except self.dialect.loaded_dbapi.Error as error:
            lost = self.dialect.is_disconnect(error, raw, cursor)
            if lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                self.sql, None, error, self.dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost
            ) from error
        return cursor

    def read(self, cursor: Any, fetched: list[Any]) -> list[Any]:
        """The driver's rows as ours. Which processor a column needs may depend on what the driver says of it."""
        if self.row is None:
            raise TypeError("this statement has no rows")
        if self.processors is None:
            kinds = [column.type.dialect_impl(self.dialect) for column in self.out]
            found = [kind.result_processor(self.dialect, said[1]) for kind, said in zip(kinds, cursor.description, strict=True)]
            self.processors = [(n, processor) for n, processor in enumerate(found) if processor]
        made = []
        for raw in fetched:
            row = list(raw)
            for n, processor in self.processors:
                # Nothing stays nothing, whatever its column's type.
                if row[n] is not None:
                    row[n] = processor(row[n])
            made.append(self.row._make(row))
        return made


class Prepared:
    """A Core statement for a hot path.

    Args:
        statement: values that differ from call to call are `bindparam`s.
        columns: for an INSERT of whole rows, which columns the values are for.
    """

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self.statement, self.columns = statement, columns
        self._compiled: dict[str, _Compiled] = {}

    def _for(self, connection: Connection) -> _Compiled:
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = _Compiled(self.statement, self.columns, connection.dialect)
        return self._compiled[name]

    def all(self, connection: Connection, **values: Any) -> list[Any]:
        """Every row, as named tuples.

        Raises:
            sqlalchemy.exc.DBAPIError: as Connection.execute does; never with the values in its text.
        """
        compiled = self._for(connection)
        cursor = compiled.execute(connection, values)
        rows = compiled.read(cursor, cursor.fetchall())
        cursor.close()
        return rows

    def first(self, connection: Connection, **values: Any) -> Any:
        """The first row, or None."""
        compiled = self._for(connection)
        cursor = compiled.execute(connection, values)
        raw = cursor.fetchone()
        row = compiled.read(cursor, [raw])[0] if raw is not None else None
        cursor.close()
        return row

    def run(self, connection: Connection, **values: Any) -> int:
        """Change something; returns how many rows."""
        cursor = self._for(connection).execute(connection, values)
        count: int = cursor.rowcount
        cursor.close()
        return count
