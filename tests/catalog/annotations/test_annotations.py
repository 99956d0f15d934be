"""What is said of entities: told by history, found by index, there again after a restore, cheap where nothing is."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from catalog.desk import Desk, entity, ref
from headwater.catalog.annotations.business_file import TEMPLATE, read_lines
from headwater.catalog.model import ClassificationInput
from headwater.catalog.writing.conditions import Condition
from headwater.errors import Fault, Forbidden, Invalid, PreconditionFailed

PERSONAL = ClassificationInput(type_name="Personal", attributes={"level": 1}, propagate=True)
INDEX = """
    SELECT e.qualified_name, i.kind, i.value FROM annotation_index i JOIN entities e ON e.id = i.entity_id
    ORDER BY 1, 2, 3
"""
LABEL, TERM, OWNER, EXPERT, BUSINESS = range(1, 6)


def flow(desk: Desk) -> None:
    """a → load → b → copy → c"""
    names = ("a", "b", "c")
    desk.write(*(entity("DataSet", name) for name in names))
    for name, reads, writes in (("load", "a", "b"), ("copy", "b", "c")):
        desk.write(entity("Process", name, inputs=[ref("DataSet", reads)], outputs=[ref("DataSet", writes)]))


def marks(desk: Desk, name: str) -> list[tuple[str, str]]:
    """Return the classifications of an entity, each with the name of the one that it was given to."""
    found = desk.catalog.entities.header(desk.guid(name)).classifications
    return [(str(item["typeName"]), desk.name(str(item["entityGuid"]))) for item in found]


def actions(desk: Desk, name: str) -> list[str]:
    query = f"""
        SELECT c.action FROM entity_changes c JOIN entities e ON e.id = c.entity_id
        WHERE e.qualified_name = '{name}' ORDER BY c.version
    """
    return [str(row[0]) for row in desk.rows(query)]


def test_history_names_each_change_as_atlas_does(typed: Desk) -> None:
    flow(typed)
    before = len(actions(typed, "b"))
    catalog, a, b = typed.catalog, typed.guid("a"), typed.guid("b")
    catalog.classifications.add([a], [PERSONAL], by="tester")
    level = ClassificationInput(type_name="Personal", attributes={"level": 2})
    catalog.classifications.change(a, [level], by="tester")
    catalog.classifications.add([b], [ClassificationInput(type_name="Mail")], by="tester")
    catalog.classifications.set({b: [ClassificationInput(type_name="Personal")]}, by="tester")
    catalog.classifications.remove(a, "Personal", by="tester")
    catalog.labels.set(b, ["one", "two"], by="tester")
    catalog.labels.set(b, ["two", "three"], by="tester")
    catalog.business_metadata.put(b, {"ops": {"code": "x"}}, by="tester")
    assert actions(typed, "b")[before:] == [
        "PROPAGATED_CLASSIFICATION_ADD",
        "PROPAGATED_CLASSIFICATION_UPDATE",
        "CLASSIFICATION_ADD",
        "CLASSIFICATION_UPDATE",
        "PROPAGATED_CLASSIFICATION_DELETE",
        "LABEL_ADD",
        "LABEL_DELETE",
        "LABEL_ADD",
        "BUSINESS_ATTRIBUTE_UPDATE",
    ]


def test_what_changes_nothing_is_no_change(typed: Desk) -> None:
    flow(typed)
    catalog, a = typed.catalog, typed.guid("a")
    catalog.classifications.add([a], [PERSONAL], by="tester")
    catalog.labels.set(a, ["one"], by="tester")
    catalog.business_metadata.put(a, {"ops": {"code": "x"}}, by="tester")
    before = actions(typed, "a"), actions(typed, "c")
    catalog.classifications.change(a, [PERSONAL], by="tester")
    catalog.classifications.set({a: [PERSONAL]}, by="tester")
    catalog.labels.add(a, ["one"], by="tester")
    catalog.labels.remove(a, ["other"], by="tester")
    catalog.business_metadata.put(a, {"ops": {"code": "x"}}, by="tester")
    catalog.business_metadata.remove(a, {"ops": {"hours": ""}}, by="tester")
    assert (actions(typed, "a"), actions(typed, "c")) == before


def test_subtypes_of_a_classification_are_all_below_it(typed: Desk) -> None:
    types = typed.catalog.types.current
    assert types.classification_subtypes("Mail") == {"Mail", "Private mail"}
    assert types.classification_subtypes("nothing") == frozenset()


def test_classification_and_lineage_in_one_bulk_propagate(typed: Desk) -> None:
    typed.write(
        {**entity("DataSet", "a"), "classifications": [{"typeName": "Personal", "propagate": True}]},
        entity("DataSet", "b"),
        entity("Process", "load", inputs=[ref("DataSet", "a")], outputs=[ref("DataSet", "b")]),
    )
    assert {name: marks(typed, name) for name in ("a", "load", "b")} == {
        name: [("Personal", "a")] for name in ("a", "load", "b")
    }
    typed.write({**entity("DataSet", "c"), "classifications": [{"typeName": "Mail", "entityGuid": typed.guid("a")}]})
    assert marks(typed, "c") == []


def test_contacts_of_a_bulk_are_found_by_role_and_person(typed: Desk) -> None:
    contacts = {"Owner": [{"id": "ada", "info": "asks"}], "Expert": [{"id": "ada"}, {"id": "grace"}]}
    typed.write({**entity("DataSet", "a"), "contacts": contacts})
    assert typed.rows(INDEX) == [("a", OWNER, "ada"), ("a", EXPERT, "ada"), ("a", EXPERT, "grace")]
    typed.catalog.labels.set(typed.guid("a"), ["one"], by="tester")
    typed.write({**entity("DataSet", "a"), "contacts": {"Owner": [{"id": "grace"}]}})
    assert typed.rows(INDEX) == [("a", LABEL, "one"), ("a", OWNER, "grace")]
    typed.write(entity("DataSet", "a", description="said nothing of contacts"))
    assert typed.rows(INDEX) == [("a", LABEL, "one"), ("a", OWNER, "grace")]
    typed.catalog.entities.delete([typed.guid("a")], by="tester")
    assert typed.rows(INDEX) == []


def test_role_takes_twenty_contacts_and_no_more(typed: Desk) -> None:
    people = [{"id": f"person {number}"} for number in range(21)]
    typed.write({**entity("DataSet", "a"), "contacts": {"Owner": people[:20]}})
    with pytest.raises(Invalid) as refused:
        typed.write({**entity("DataSet", "a"), "contacts": {"Owner": people}})
    assert refused.value.code == "CAT-082"


def test_restored_entity_gives_and_has_again_what_is_reachable(typed: Desk) -> None:
    flow(typed)
    a, b = typed.guid("a"), typed.guid("b")
    typed.catalog.classifications.add([a], [PERSONAL], by="tester")
    typed.catalog.classifications.add([b], [ClassificationInput(type_name="Mail", propagate=True)], by="tester")
    typed.catalog.entities.delete([b], by="tester")
    assert marks(typed, "c") == []
    typed.catalog.classifications.change(
        a, [ClassificationInput(type_name="Personal", attributes={"level": 5})], by="tester"
    )
    typed.catalog.entities.restore([b], by="tester")
    assert marks(typed, "b") == [("Mail", "b"), ("Personal", "a")]
    assert marks(typed, "c") == [("Mail", "b"), ("Personal", "a")]
    last = typed.catalog.entities.header(typed.guid("c")).classifications[-1]
    assert last["attributes"] == {"level": 5}


def test_restored_entity_does_not_have_what_its_source_no_longer_gives(typed: Desk) -> None:
    flow(typed)
    a, b = typed.guid("a"), typed.guid("b")
    typed.catalog.classifications.add([a], [PERSONAL], by="tester")
    typed.catalog.entities.delete([b], by="tester")
    typed.catalog.classifications.remove(a, "Personal", by="tester")
    typed.catalog.entities.restore([b], by="tester")
    assert marks(typed, "b") == []


def test_types_that_change_take_propagation_along(typed: Desk) -> None:
    end = {"type": "DataSet", "cardinality": "SET"}
    pair = {
        "name": "pair",
        "relationshipCategory": "ASSOCIATION",
        "endDef1": {**end, "name": "ones"},
        "endDef2": {**end, "name": "twos"},
    }
    typed.catalog.types.create({"relationshipDefs": [pair]}, by="tester")
    typed.write(entity("DataSet", "a"), entity("DataSet", "b", rel_ones=[ref("DataSet", "a")]))
    typed.catalog.classifications.add([typed.guid("a")], [PERSONAL], by="tester")
    assert marks(typed, "b") == []
    typed.catalog.types.update({"relationshipDefs": [{**pair, "propagateTags": "BOTH"}]}, by="tester")
    assert marks(typed, "b") == [("Personal", "a")]
    typed.catalog.types.update({"relationshipDefs": [{**pair, "propagateTags": "NONE"}]}, by="tester")
    assert marks(typed, "b") == []


def test_refused_change_leaves_everything_as_it_was(typed: Desk) -> None:
    flow(typed)

    def refuse(collections: frozenset[str]) -> None:
        raise Forbidden(Fault("ACC-003", f"not in {', '.join(collections)}"))

    catalog, a = typed.catalog, typed.guid("a")
    before = actions(typed, "a")
    lines, _ = read_lines("x.csv", f"{TEMPLATE}\nDataSet,a,ops.code,x,".encode())
    for write in (
        lambda: catalog.classifications.add([a], [PERSONAL], by="tester", permit=refuse),
        lambda: catalog.classifications.change(a, [PERSONAL], by="tester", permit=refuse),
        lambda: catalog.classifications.remove(a, "Personal", by="tester", permit=refuse),
        lambda: catalog.classifications.set({a: [PERSONAL]}, by="tester", permit=refuse),
        lambda: catalog.labels.set(a, ["one"], by="tester", permit=refuse),
        lambda: catalog.business_metadata.put(a, {"ops": {"code": "x"}}, by="tester", permit=refuse),
        lambda: catalog.business_metadata.remove(a, {"ops": {}}, by="tester", permit=refuse),
        lambda: catalog.business_metadata.take_in(lines, by="tester", permit=refuse),
    ):
        with pytest.raises(Forbidden, match="not in contoso"):
            write()
    assert (actions(typed, "a"), typed.rows(INDEX)) == (before, [])


def test_change_of_what_has_changed_since_leaves_everything_as_it_was(typed: Desk) -> None:
    flow(typed)
    catalog, a, b = typed.catalog, typed.guid("a"), typed.guid("b")
    catalog.labels.set(a, ["one"], by="somebody else")
    before = actions(typed, "a")
    read = Condition(frozenset({catalog.entities.get(a).entity.version - 1}))
    for write in (
        lambda: catalog.classifications.add([a], [PERSONAL], by="tester", condition=read),
        lambda: catalog.classifications.change(a, [PERSONAL], by="tester", condition=read),
        lambda: catalog.classifications.remove(a, "Personal", by="tester", condition=read),
        lambda: catalog.classifications.set({a: [PERSONAL]}, by="tester", condition=read),
        lambda: catalog.labels.add(a, ["two"], by="tester", condition=read),
        lambda: catalog.business_metadata.put(a, {"ops": {"code": "x"}}, by="tester", condition=read),
        lambda: catalog.business_metadata.remove(a, {"ops": {}}, by="tester", condition=read),
    ):
        with pytest.raises(PreconditionFailed, match="'a' has changed"):
            write()
    with pytest.raises(Invalid, match="One version is expected of 2 entities"):
        catalog.classifications.add([a, b], [PERSONAL], by="tester", condition=read)
    assert actions(typed, "a") == before


def test_file_sets_what_it_can_and_tells_of_the_rest(typed: Desk) -> None:
    typed.write(entity("DataSet", "a"), entity("DataSet", "b"), entity("Process", "p"))
    typed.catalog.business_metadata.put(typed.guid("a"), {"ops": {"hours": 3}}, by="tester")
    rows = (
        "DataSet,a,ops.code,x1,",
        "DataSet,a,ops.teams,red|blue,qualifiedName",
        "DataSet,b,ops.hours,12",
        "",
        "DataSet,b,ops.hours,many",
        "DataSet,nowhere,ops.code,x",
        "NoType,a,ops.code,x",
        "Process,p,ops.code,x",
        "DataSet,a,ops.nothing,x",
        "DataSet,a,code,x",
        "DataSet,a,ops.code,x,name",
        "DataSet,a",
    )
    lines, unread = read_lines("ops.csv", "\n".join((TEMPLATE, *rows)).encode("utf-8-sig"))
    told = typed.catalog.business_metadata.take_in(lines, by="tester")
    held = {name: typed.catalog.entities.get(typed.guid(name)).entity.business_attributes for name in "ab"}
    assert held == {"a": {"ops": {"code": "x1", "hours": 3, "teams": ["red", "blue"]}}, "b": {"ops": {"hours": 12}}}
    done = [(info.parent_object_name, info.import_status) for info in told.success_import_info_list]
    assert done == [(typed.guid("a"), "SUCCESS"), (typed.guid("b"), "SUCCESS")]
    assert [info.row_number for info in told.failed_import_info_list] == [6, 7, 8, 9, 10]
    assert [info.row_number for info in unread] == [11, 12, 13]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ops.xls", b"x"),
        ("ops.csv", b""),
        ("ops.csv", TEMPLATE.encode()),
        ("ops.csv", b"\xff\xfe"),
        ("a.csv", b'"a\n"b"c'),
    ],
)
def test_file_that_is_none_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_lines(name, content)
    assert refused.value.code == "CAT-081"


@contextmanager
def counted(table: str) -> Iterator[list[str]]:
    """Collect the statements that mention a table."""
    found: list[str] = []

    def note(*arguments: object) -> None:
        if table in str(arguments[2]):
            found.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_bulk_asks_once_whether_anything_propagates(typed: Desk) -> None:
    processes = [
        entity("Process", f"p{n}", inputs=[ref("DataSet", f"d{n}")], outputs=[ref("DataSet", f"d{n + 1}")])
        for n in range(30)
    ]
    with counted("travelling_classifications") as asked:
        typed.write(*(entity("DataSet", f"d{n}") for n in range(31)), *processes)
    assert len(asked) == 1
    with counted("travelling_classifications") as asked:
        typed.write(*(entity("DataSet", f"d{n}", description="no edge is new") for n in range(31)))
    assert asked == []
