"""What somebody may do is what a plain reading of tree, roles and restrictions says, whoever asks it and how."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.access.roles import ACTIONS, ADMINISTRATOR, ROLES, Action, Role

NAMES = ("one", "two", "three", "four", "five", "six")
# One of each group that a set of roles gives.
SOME: tuple[Action, ...] = ("collection/read", "collection/write", "data/read", "data/write", "scan/read")
TREES = st.tuples(*(st.integers(-1, number - 1) for number in range(len(NAMES))))
PLACES = st.sampled_from(("contoso", *NAMES))


def climbed(parents: tuple[int, ...], name: str) -> Iterator[str]:
    """Yield the collection and all above it."""
    while name != "contoso":
        yield name
        above = parents[NAMES.index(name)]
        name = "contoso" if above < 0 else NAMES[above]
    yield name


def expected(
    parents: tuple[int, ...], restricted: set[str], roles: set[tuple[str, Role]], action: Action, name: str
) -> bool:
    cut = False
    for place in climbed(parents, name):
        for role in ROLES:
            if (place, role) in roles and action in ACTIONS[role] and (not cut or role == ADMINISTRATOR):
                return True
        cut = cut or place in restricted
    return False


@pytest.fixture
def somebody(account: Account) -> Principal:
    for name in NAMES:
        account.catalog.collections.put(name, friendly_name=name, parent="contoso", by="tester")
        account.roles.policy(name)
    return account.principals.create("user", "somebody")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parents=TREES,
    restricted=st.sets(st.sampled_from(NAMES)),
    roles=st.sets(st.tuples(PLACES, st.sampled_from(ROLES)), max_size=5),
)
def test_rights_are_what_a_plain_reading_says(
    parents: tuple[int, ...],
    restricted: set[str],
    roles: set[tuple[str, Role]],
    account: Account,
    somebody: Principal,
) -> None:
    with account.catalog.store.write() as connection:
        ids = dict(connection.exec_driver_sql("SELECT name, id FROM collections").all())
        for name, above in zip(NAMES, parents, strict=True):
            parent = ids["contoso" if above < 0 else NAMES[above]]
            connection.exec_driver_sql(f"UPDATE collections SET parent_id = {parent} WHERE name = '{name}'")
            inherits = int(name not in restricted)
            connection.exec_driver_sql(
                f"UPDATE collection_policies SET inherits = {inherits} WHERE collection = '{name}'"
            )
        connection.exec_driver_sql(f"DELETE FROM role_assignments WHERE principal_id = '{somebody.id}'")
    for place, role in roles:
        account.roles.grant(somebody, role, place, by=account.owner.id)
    for action in SOME:
        wanted = {name for name in ("contoso", *NAMES) if expected(parents, restricted, roles, action, name)}
        assert account.roles.collections(somebody, action) == wanted
        for name in ("contoso", *NAMES):
            assert account.roles.allowed(somebody, action, name) == (name in wanted)
            assert account.roles.explain(somebody, action, name).allowed == (name in wanted)
