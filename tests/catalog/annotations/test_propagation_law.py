"""After any sequence of writes, what has come to an entity is what a plain reading of the graph says is reachable."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.catalog.model import ClassificationInput, ObjectId, RelationshipInput
from headwater.errors import Conflict

DATASETS, PROCESSES = 5, 3
NAMES = [*(f"d{n}" for n in range(DATASETS)), *(f"p{n}" for n in range(PROCESSES))]
RUNS = itertools.count()
# On data sets only: it passes through processes, and they do not show it.
RESTRICTED = "Restricted"
TYPES = {
    "classificationDefs": [{"name": "Anywhere"}, {"name": RESTRICTED, "entityTypes": ["DataSet"]}],
    "relationshipDefs": [
        {
            "name": name,
            "relationshipCategory": "ASSOCIATION",
            "propagateTags": way,
            "endDef1": {"type": "DataSet", "name": f"{name}_ones", "cardinality": "SET"},
            "endDef2": {"type": "DataSet", "name": f"{name}_twos", "cardinality": "SET"},
        }
        for name, way in (("backs", "TWO_TO_ONE"), ("nears", "BOTH"), ("others", "NONE"))
    ]
    + [
        {
            "name": "holds",
            "relationshipCategory": "AGGREGATION",
            "propagateTags": "ONE_TO_TWO",
            "endDef1": {"type": "DataSet", "name": "held", "cardinality": "SET", "isContainer": True},
            "endDef2": {"type": "DataSet", "name": "holder"},
        }
    ],
}
Edge = tuple[str, str, str, str]
"""Near, far, over what (lineage, hierarchy or other), and the guid of what may block it."""


@dataclass(frozen=True)
class Run:
    """A process reads and writes exactly these."""

    process: str
    reads: frozenset[str]
    writes: frozenset[str]


@dataclass(frozen=True)
class Mark:
    """An entity gets a classification, or another way of propagating for one that it has."""

    name: str
    classification: str
    propagate: bool
    along_lineage: bool
    along_hierarchy: bool
    ends_with_source: bool


@dataclass(frozen=True)
class Unmark:
    name: str
    classification: str


@dataclass(frozen=True)
class Link:
    type: str
    one: str
    two: str


@dataclass(frozen=True)
class Unlink:
    number: int


@dataclass(frozen=True)
class Block:
    """A relationship lets nothing pass of what propagates over it now, or everything again."""

    number: int
    blocks: bool


@dataclass(frozen=True)
class Delete:
    """What is deleted is made anew by the next step, without what was said of it."""

    name: str


datasets, anything = st.sampled_from(NAMES[:DATASETS]), st.sampled_from(NAMES)
some = st.frozensets(datasets, max_size=3)
marks = st.sampled_from(["Anywhere", RESTRICTED])
mostly = st.sampled_from([True, True, True, False])
STEPS = st.one_of(
    st.builds(Run, st.sampled_from(NAMES[DATASETS:]), some, some),
    st.builds(Run, st.sampled_from(NAMES[DATASETS:]), some, some),
    st.builds(Mark, anything, marks, mostly, mostly, mostly, mostly).filter(
        lambda mark: mark.classification != RESTRICTED or mark.name.startswith("d")
    ),
    st.builds(Unmark, anything, marks),
    st.builds(Link, st.sampled_from(["backs", "nears", "others", "holds"]), datasets, datasets),
    st.builds(Unlink, st.integers(0, 5)),
    st.builds(Block, st.integers(0, 5), mostly),
    st.builds(Delete, anything),
)


@dataclass
class World:
    """The plain reading: what there is, and the search for what is reachable, every time from the beginning."""

    runs: dict[str, Run] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)
    left_behind: set[tuple[str, str, str]] = field(default_factory=set)
    walls: set[tuple[str, str, str]] = field(default_factory=set)
    """Guid of a relationship, and the classification of a source that does not pass it."""

    def edges(self) -> Iterator[Edge]:
        for run in self.runs.values():
            yield from ((name, run.process, "lineage", "") for name in run.reads)
            yield from ((run.process, name, "lineage", "") for name in run.writes)
        for guid, link in self.links.items():
            if link.type in ("nears", "holds"):
                yield link.one, link.two, "hierarchy" if link.type == "holds" else "other", guid
            if link.type in ("nears", "backs"):
                yield link.two, link.one, "other", guid

    def reached(self) -> set[tuple[str, str, str]]:
        """Return (entity, classification, source)."""
        found = set()
        edges = set(self.edges())
        for mark in self.marks.values():
            seen, pending = {mark.name}, [mark.name] if mark.propagate else []
            barred = {
                kind for kind, may in (("lineage", mark.along_lineage), ("hierarchy", mark.along_hierarchy)) if not may
            }
            while pending:
                here = pending.pop()
                far = {
                    there
                    for near, there, kind, guid in edges
                    if near == here and kind not in barred
                    if (guid, mark.classification, mark.name) not in self.walls
                } - seen
                seen |= far
                pending.extend(far)
            found |= {(name, mark.classification, mark.name) for name in seen - {mark.name}}
        return found

    def shown(self) -> set[tuple[str, str, str]]:
        """Return what entities show, with what deleted ones left behind, of which the source no longer has a name."""
        reached = {item for item in self.reached() if item[1] != RESTRICTED or item[0].startswith("d")}
        own = {(mark.name, mark.classification, mark.name) for mark in self.marks.values()}
        return reached | own | {(name, kind, "gone") for name, kind, _ in self.left_behind}

    def delete(self, name: str, number: int) -> None:
        fitting = {item for item in self.shown() if item[2] == name and item[0] != name}
        for mark in [mark for mark in self.marks.values() if mark.name == name]:
            del self.marks[name, mark.classification]
            if not mark.ends_with_source:
                self.left_behind |= {
                    (at, kind, f"{name} {number}") for at, kind, _ in fitting if kind == mark.classification
                }
        self.left_behind = {item for item in self.left_behind if item[0] != name}
        self.links = {guid: link for guid, link in self.links.items() if name not in (link.one, link.two)}
        self.walls = {wall for wall in self.walls if wall[2] != name and wall[0] in self.links}
        self.runs.pop(name, None)
        self.runs = {key: Run(run.process, run.reads - {name}, run.writes - {name}) for key, run in self.runs.items()}


class Account:
    """The same steps against the catalog."""

    def __init__(self, desk: Desk, run: int) -> None:
        self.desk, self.run = desk, run
        self.world = World()

    def type(self, name: str) -> str:
        return "DataSet" if name.startswith("d") else "Process"

    def full(self, name: str) -> str:
        return f"{self.run} {name}"

    def guid(self, name: str) -> str:
        return self.desk.guid(self.full(name))

    def make(self) -> None:
        self.desk.write(*(entity(self.type(name), self.full(name)) for name in NAMES))

    def take(self, step: object, number: int) -> None:
        catalog, world = self.desk.catalog, self.world
        match step:
            case Run(process, reads, writes):
                self.desk.write(
                    entity(
                        "Process",
                        self.full(process),
                        inputs=[ref("DataSet", self.full(name)) for name in sorted(reads)],
                        outputs=[ref("DataSet", self.full(name)) for name in sorted(writes)],
                    )
                )
                world.runs[process] = step
            case Mark(name, classification):
                said = ClassificationInput(
                    type_name=classification,
                    propagate=step.propagate,
                    restrict_propagation_through_lineage=not step.along_lineage,
                    restrict_propagation_through_hierarchy=not step.along_hierarchy,
                    remove_propagations_on_entity_delete=step.ends_with_source,
                )
                if (name, classification) in world.marks:
                    catalog.classifications.change(self.guid(name), [said], by="tester")
                else:
                    catalog.classifications.add([self.guid(name)], [said], by="tester")
                world.marks[name, classification] = step
                if not step.propagate:
                    world.walls = {wall for wall in world.walls if wall[1:] != (classification, name)}
            case Unmark(name, classification):
                if (name, classification) in world.marks:
                    catalog.classifications.remove(self.guid(name), classification, by="tester")
                    del world.marks[name, classification]
                    world.walls = {wall for wall in world.walls if wall[1:] != (classification, name)}
            case Link():
                self.link(step)
            case Unlink():
                if world.links:
                    guid = sorted(world.links)[step.number % len(world.links)]
                    catalog.relationships.delete(guid, by="tester")
                    del world.links[guid]
            case Block():
                self.block(step)
            case Delete(name):
                catalog.entities.delete([self.guid(name)], by="tester")
                world.delete(name, number)
                self.make()

    def link(self, step: Link) -> None:
        ends = [ObjectId(guid=self.guid(name)) for name in (step.one, step.two)]
        asked = RelationshipInput(type_name=step.type, end1=ends[0], end2=ends[1])
        try:
            made = self.desk.catalog.relationships.create(asked, by="tester")
        except Conflict:
            return
        if step.type == "holds":
            # What is held has one holder: the new one takes the place of another.
            links = self.world.links.items()
            self.world.links = {guid: link for guid, link in links if (link.type, link.two) != (step.type, step.two)}
        self.world.links[made.guid] = step

    def block(self, step: Block) -> None:
        links = sorted(self.world.links)
        if not links:
            return
        guid = links[step.number % len(links)]
        names = {self.guid(name): name for name in NAMES}
        passes = self.desk.catalog.relationships.get(guid).relationship.propagated_classifications
        items = [(str(item["typeName"]), str(item["entityGuid"])) for item in passes if step.blocks]
        blocked = [ClassificationInput(type_name=kind, entity_guid=source) for kind, source in items]
        asked = RelationshipInput(guid=guid, blocked_propagated_classifications=blocked)
        told = self.desk.catalog.relationships.update(asked, by="tester")
        assert [item["typeName"] for item in told.blocked_propagated_classifications] == [kind for kind, _ in items]
        self.world.walls = {wall for wall in self.world.walls if wall[0] != guid}
        self.world.walls |= {(guid, kind, names[source]) for kind, source in items}

    def shown(self) -> set[tuple[str, str, str]]:
        names = {self.guid(name): name for name in NAMES}
        headers = self.desk.catalog.entities.headers(names)
        return {
            (names[guid], str(item["typeName"]), names.get(str(item["entityGuid"]), "gone"))
            for guid, header in headers.items()
            for item in header.classifications
        }

    def reached(self) -> set[tuple[str, str, str]]:
        rows = self.desk.rows(REACHED)
        mine = f"{self.run} "
        return {
            (str(at).removeprefix(mine), str(kind), str(source).removeprefix(mine))
            for at, kind, source in rows
            if str(at).startswith(mine)
        }

    def indexed(self) -> set[tuple[str, str]]:
        mine = f"{self.run} "
        return {
            (str(at).removeprefix(mine), str(kind)) for at, kind in self.desk.rows(INDEXED) if str(at).startswith(mine)
        }


REACHED = """
    SELECT e.qualified_name, r.classification, s.qualified_name FROM reached_by_classifications r
    JOIN entities e ON e.id = r.entity_id JOIN entities s ON s.id = r.source_id
"""
INDEXED = """
    SELECT e.qualified_name, i.value FROM annotation_index i JOIN entities e ON e.id = i.entity_id WHERE i.kind = 0
"""
TRAVELS = {"propagate": True, "along_lineage": True, "along_hierarchy": True, "ends_with_source": True}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
@example(
    # A circle that is fed from outside, and then no longer.
    steps=[
        Run("p0", frozenset(["d0"]), frozenset(["d1"])),
        Run("p1", frozenset(["d1"]), frozenset(["d2"])),
        Run("p2", frozenset(["d2"]), frozenset(["d1"])),
        Mark("d0", "Anywhere", **TRAVELS),
        Run("p0", frozenset(), frozenset(["d1"])),
    ]
)
def test_what_has_come_to_entities_is_what_is_reachable(desk: Desk, steps: list[object]) -> None:
    account = Account(desk, next(RUNS))
    if "Anywhere" not in desk.catalog.types.current.classifications:
        desk.catalog.types.create(TYPES, by="tester")
    account.make()
    for number, step in enumerate(steps):
        account.take(step, number)
        assert account.reached() == account.world.reached()
        assert account.shown() == account.world.shown()
        assert account.indexed() == {(name, kind) for name, kind, _ in account.world.shown()}
