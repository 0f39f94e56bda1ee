"""Rows that are read and written by statements of our own, as their models know them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)


def names(model: type[Model], alias: str) -> str:
    """Write the columns of a model as a statement asks for them, in their order."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def width(model: type[Model]) -> int:
    """Return how many columns a model has."""
    return len(model._meta.concrete_fields)


def read(model: type[M], row: Sequence[Any]) -> M:
    """Return the model's instance of a row that begins with its columns."""
    attributes = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, attributes, row[: len(attributes)])


def saved(model: type[Model], *, but: str = "") -> list[Field[Any, Any]]:
    """Return the fields that are written; what the database numbers is not among them."""
    fields = model._meta.concrete_fields
    return [field for field in fields if not field.primary_key and field.name != but]


def columns(fields: Sequence[Field[Any, Any]]) -> str:
    """Write fields as an INSERT names them."""
    return ", ".join(f'"{field.column}"' for field in fields)


def values(row: Model, fields: Sequence[Field[Any, Any]]) -> list[Any]:
    """Return what a row keeps in these fields, as the driver takes it."""
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
