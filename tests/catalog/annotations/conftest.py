"""A catalog with classifications and business metadata to give."""

import pytest

from catalog.desk import Desk

TYPES = {
    "classificationDefs": [
        {"name": "Personal", "attributeDefs": [{"name": "level", "typeName": "int"}]},
        {"name": "Mail", "superTypes": ["Personal"]},
        {"name": "Private mail", "superTypes": ["Mail"]},
    ],
    "businessMetadataDefs": [
        {
            "name": "ops",
            "options": {"applicableEntityTypes": '["DataSet"]'},
            "attributeDefs": [
                {"name": "code", "typeName": "string", "options": {"maxStrLength": "8"}},
                {"name": "hours", "typeName": "int"},
                {"name": "teams", "typeName": "array<string>", "options": {"maxStrLength": "8"}},
            ],
        }
    ],
}


@pytest.fixture
def typed(desk: Desk) -> Desk:
    desk.catalog.types.create(TYPES, by="tester")
    return desk
