"""Columns by their names, and rows that leave the engine: what statistics are made on."""

from collections.abc import Iterable, Mapping
from typing import Self

from donkeycar.analysis.column import FIELD, PLACE, Column, Kind, joined_kind
from donkeycar.analysis.engine import Engine, Row
from donkeycar.analysis.relation import Derived, Formula, Relation
from donkeycar.analysis.safety import Safety, warn_cut_off
from donkeycar.analysis.sql import array, is_sayable, pointer
from donkeycar.errors import AnalysisError
from donkeycar.words import did_you_mean, shown

KIND_OF_JSON: dict[str, Kind] = {
    "BIGINT": "number",
    "UBIGINT": "number",
    "DOUBLE": "number",
    "HUGEINT": "number",
    "BOOLEAN": "boolean",
    "VARCHAR": "text",
}


class Table:
    """A relation, its columns, and the safety limit.

    Args:
        engine: The engine.
        relation: Where queries read from.
        columns: The known columns, by name.
        source: All lines of all catalogs, for a FROM: to look for a field that is not known.
    """

    def __init__(
        self, engine: Engine, relation: Relation, columns: Mapping[str, Column], source: str
    ) -> None:
        self.engine = engine
        self._relation = relation
        self._columns = dict(columns)
        self._source = source
        self._safety = Safety()

    def column(self, name: str) -> Column:
        """A column by its name; ``imu/accel[0]`` is the first place of a list.

        A field that no tub declares, and the first record of no catalog has, is looked for in all
        records.

        Raises:
            AnalysisError: If there is no such column.
        """
        found = self._columns.get(name) or self._place_in_list(name) or self._undeclared(name)
        if found is None:
            raise AnalysisError(
                f"A column must be one of {shown(', '.join(self._columns))}. Received: {name!r}"
                + did_you_mean(name, self._columns)
            )
        self._columns.setdefault(name, found)
        return found

    def chosen(self, names: Iterable[str]) -> list[Column]:
        """Columns by their names.

        Raises:
            AnalysisError: If there is no such column.
        """
        return [self.column(name) for name in names]

    def relation(self, columns: Iterable[Column]) -> str:
        """A SELECT of all records, with these columns under their identifiers, for a query."""
        return self._relation.sql(list(dict.fromkeys(columns)))

    @property
    def columns(self) -> dict[str, Kind]:
        """Names of the columns and their kinds; the five that every record has come first."""
        return {name: column.kind for name, column in self._columns.items()}

    @property
    def base(self) -> Relation:
        """Where queries read from."""
        return self._relation

    def rebased(self, relation: Relation) -> Self:
        """The same columns, read from another relation that has them."""
        return self._like(relation=relation)

    def derive(
        self,
        columns: Mapping[str, tuple[Kind, Formula]] | None = None,
        where: Formula | None = None,
    ) -> Self:
        """A frame with computed columns, or with some records only.

        Args:
            columns: For each new name the kind of its values, and its formula. The name of an
                existing column replaces it.
            where: Which records stay, computed before the new columns are.
        """
        made: dict[str, Column] = {}
        formulas = {}
        for name, (kind, formula) in (columns or {}).items():
            made[name] = Column(name, kind, self.engine.new_name("d"))
            formulas[made[name]] = formula
        relation = Derived(self._relation, formulas, where)
        return self._like(relation=relation, columns={**self._columns, **made})

    def pull(self, sql: str, what: str) -> list[Row]:
        """Rows of a query, at most as many as the safety limit; it warns if there are more.

        Args:
            sql: The query.
            what: What its rows are, for the warning.
        """
        limit = self._safety.take()
        if limit is None:
            return self.engine.run(sql)
        rows = self.engine.run(sql, limit=limit + 1)
        if len(rows) > limit:
            warn_cut_off(limit, what)
        return rows[:limit]

    def _like(
        self,
        *,
        relation: Relation | None = None,
        columns: dict[str, Column] | None = None,
        safety: Safety | None = None,
    ) -> Self:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._relation = relation or self._relation
        other._columns = dict(columns or self._columns)
        other._safety = safety or Safety(self._safety.limit)
        return other

    def _place_in_list(self, name: str) -> Column | None:
        match = PLACE.fullmatch(name)
        whole = self._columns.get(match[1]) if match else None
        if match is None or whole is None or whole.kind != "list" or not whole.keys:
            return None
        return Column(name, "number", self.engine.new_name("f"), (*whole.keys, str(int(match[2]))))

    def _undeclared(self, name: str) -> Column | None:
        """A field that some record has."""
        field = name.removeprefix(FIELD)
        if not self._source or not is_sayable(field):
            return None
        place = array([pointer(field)])
        types = self.engine.run(
            f"SELECT DISTINCT json_type(json, {place})[1] AS t FROM {self._source} "
            "WHERE t <> 'NULL'"
        )
        kinds = {KIND_OF_JSON.get(one, "list") for (one,) in types}
        if not kinds:
            return None
        return Column(name, joined_kind(kinds), self.engine.new_name("f"), (field,))
