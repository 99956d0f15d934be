"""Classifications of one entity: what a client gives, checked and in the form in which the row holds it. Pure.

An entity has a classification once by itself, and once from each entity that propagates it here. Only what it has by
itself is changed on it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from headwater.catalog.model import Annotations, Attributes, ClassificationInput, TimeBoundary
from headwater.catalog.types import ClassificationType, EntityType, TypeSet
from headwater.catalog.types.attributes import checked, missing
from headwater.errors import CatalogError, Fault, Invalid, NotFound, Place, raise_if_any

TIME = "%Y/%m/%d %H:%M:%S"
_OFFSET = re.compile(r"(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?")
DEFAULTS: Attributes = {
    "entityStatus": "ACTIVE",
    "propagate": False,
    "removePropagationsOnEntityDelete": True,
    "restrictPropagationThroughLineage": False,
    "restrictPropagationThroughHierarchy": False,
    "lastModifiedTS": "1",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """An entity whose classifications are changed."""

    guid: str
    type: EntityType
    said: Annotations
    place: Place = Place()

    @property
    def own(self) -> dict[str, Attributes]:
        """What it was given itself, by name."""
        return {str(item["typeName"]): item for item in self.said.classifications if item["entityGuid"] == self.guid}

    @property
    def names(self) -> frozenset[str]:
        """All that it has, also what others propagate to it."""
        return frozenset(self.said.classification_names)

    def keeping(self, own: Collection[Attributes]) -> Annotations:
        """Return its annotations with these as what it was given itself."""
        others = (item for item in self.said.classifications if item["entityGuid"] != self.guid)
        return msgspec.structs.replace(self.said, classifications=(*own, *others))


def added(entity: Marked, given: Sequence[ClassificationInput], types: TypeSet) -> Annotations:
    """Return the annotations with more classifications.

    Raises NotFound for an unknown one, Invalid for one that the entity has by itself or cannot have.
    """
    own = entity.own
    kinds = _known(given, types)
    faults: list[Fault] = []
    for item, kind in zip(given, kinds, strict=True):
        if kind.name in own:
            message = f"entity: {entity.guid}, already associated with classification: {kind.name}"
            faults.append(Fault("CAT-071", message, entity.place, "PUT changes a classification that it has."))
            continue
        faults.extend(_misplaced(entity, kind))
        own[kind.name] = _kept(item, kind, {}, entity, types, faults)
    raise_if_any(Invalid, faults)
    return entity.keeping(own.values())


def changed(entity: Marked, given: Sequence[ClassificationInput], types: TypeSet) -> Annotations:
    """Return the annotations with what these say: attributes that are not named stay.

    Raises NotFound for an unknown classification, Invalid for one that the entity does not have by itself.
    """
    own = entity.own
    faults: list[Fault] = []
    for item, kind in zip(given, _known(given, types), strict=True):
        if kind.name not in own or (item.entity_guid and item.entity_guid != entity.guid):
            faults.append(_not_own(entity, kind.name, "CAT-073", "Update to classification {} is not allowed"))
        else:
            own[kind.name] = _kept(item, kind, own[kind.name], entity, types, faults)
    raise_if_any(Invalid, faults)
    return entity.keeping(own.values())


def without(entity: Marked, name: str) -> Annotations:
    """Return the annotations without a classification. Raises Invalid if the entity does not have it by itself."""
    own = entity.own
    if name not in own:
        raise Invalid(_not_own(entity, name, "CAT-074", "Delete of classification {} is not allowed"))
    del own[name]
    return entity.keeping(own.values())


def without_left_behind(entity: Marked, name: str, source: str) -> Annotations:
    """Return the annotations without what a deleted entity propagated. Raises Invalid if it is there, or gave none."""
    found = [item for item in entity.said.classifications if (item["typeName"], item["entityGuid"]) == (name, source)]
    if not found:
        message = f"Propagated classification {name} is not associated with entity {entity.guid} from {source}"
        raise Invalid(Fault("CAT-072", message, entity.place, "GET …/classifications lists what it has."))
    if found[0]["entityStatus"] == "ACTIVE":
        message = f"Removal of classification {name}, which is propagated from entity {source}, is not supported"
        raise Invalid(Fault("CAT-077", message, entity.place, "Take it from that entity, or delete the entity."))
    left = tuple(item for item in entity.said.classifications if item not in found)
    return msgspec.structs.replace(entity.said, classifications=left)


def set_to(entity: Marked, given: Sequence[ClassificationInput], types: TypeSet) -> Annotations:
    """Return the annotations with exactly these as what the entity was given itself.

    What names another entity as the one that it comes from is passed over, so that what was read can be sent back.
    """
    mine = [item for item in given if item.entity_guid in (None, "", entity.guid)]
    names = {item.type_name for item in mine}
    own = entity.own
    left = entity.keeping([item for name, item in own.items() if name in names])
    stands = Marked(entity.guid, entity.type, left, entity.place)
    said = changed(stands, [item for item in mine if item.type_name in own], types)
    fresh = [item for item in mine if item.type_name not in own]
    return added(Marked(entity.guid, entity.type, said, entity.place), fresh, types)


def _known(given: Sequence[ClassificationInput], types: TypeSet) -> list[ClassificationType]:
    faults: list[Fault] = []
    found = []
    for item in given:
        try:
            found.append(types.classification(item.type_name))
        except CatalogError as error:
            faults.extend(error.faults)
    raise_if_any(NotFound, faults)
    return found


def _misplaced(entity: Marked, kind: ClassificationType) -> Iterator[Fault]:
    if not kind.fits(entity.type):
        message = (
            f"Entity (guid='{entity.guid}', typename='{entity.type.name}') cannot be classified by Classification"
            f" '{kind.name}', because '{entity.type.name}' is not in the ClassificationDef's restrictions."
        )
        allowed = " and ".join(" or ".join(sorted(names)) for names in kind.restrictions)
        yield Fault("CAT-075", message, entity.place, f"It is for entities of {allowed}.")


def _not_own(entity: Marked, name: str, code: str, refusal: str) -> Fault:
    if name in entity.names:
        origin = next(item["entityGuid"] for item in entity.said.classifications if item["typeName"] == name)
        message = f"{refusal.format(name)} from propagated entity"
        return Fault(code, message, entity.place, f"Change it on the entity {origin}.")
    message = f"Classification {name} is not associated with entity {entity.guid}"
    return Fault("CAT-072", message, entity.place, "GET …/classifications lists what it has.")


def _kept(
    given: ClassificationInput,
    kind: ClassificationType,
    before: Attributes,
    entity: Marked,
    types: TypeSet,
    faults: list[Fault],
) -> Attributes:
    """Return the classification as the row holds it."""
    held = before.get("attributes")
    sent = checked(kind, given.attributes or {}, types, faults)
    attributes = {**held, **sent} if isinstance(held, dict) else sent
    for attribute in missing(kind, attributes):
        message = f"Mandatory field {kind.name}.{attribute.name} has no value"
        faults.append(Fault("CAT-021", message, entity.place, f"Send attributes.{attribute.name}."))
    said: Attributes = {
        "propagate": given.propagate,
        "removePropagationsOnEntityDelete": given.remove_propagations_on_entity_delete,
        "restrictPropagationThroughLineage": given.restrict_propagation_through_lineage,
        "restrictPropagationThroughHierarchy": given.restrict_propagation_through_hierarchy,
        "validityPeriods": None if given.validity_periods is None else msgspec.to_builtins(given.validity_periods),
        "source": given.source,
        "sourceDetails": given.source_details,
    }
    for period in given.validity_periods or ():
        faults.extend(_period_faults(period, kind, entity.place))
    named: Attributes = {"typeName": kind.name, "attributes": attributes, "entityGuid": entity.guid}
    told = {name: value for name, value in said.items() if value is not None}
    found = {**named, **DEFAULTS, **before, "attributes": attributes, **told}
    if before and found != before:
        found["lastModifiedTS"] = str(int(str(before["lastModifiedTS"])) + 1)
    return found


def _period_faults(period: TimeBoundary, kind: ClassificationType, place: Place) -> Iterator[Fault]:
    cure = "Send startTime and endTime as 2026/11/22 18:00:00, the former before the latter, and a timeZone as UTC."
    moments = []
    for name, value in (("startTime", period.start_time), ("endTime", period.end_time)):
        if not value:
            continue
        try:
            moments.append(datetime.datetime.strptime(value, TIME).replace(tzinfo=datetime.UTC))
        except ValueError:
            yield Fault("CAT-076", f"{kind.name}: Invalid {name} '{value}'", place, cure)
    if len(moments) == 2 and moments[0] >= moments[1]:
        message = f"{kind.name}: startTime {period.start_time} must be before endTime {period.end_time}"
        yield Fault("CAT-076", message, place, cure)
    if period.time_zone and not _is_zone(period.time_zone):
        yield Fault("CAT-076", f"{kind.name}: Invalid timezone '{period.time_zone}'", place, cure)


def _is_zone(name: str) -> bool:
    if _OFFSET.fullmatch(name):
        return True
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
