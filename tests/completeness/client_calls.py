"""Every request that the installed clients can make, as method and path, read out of the clients themselves.

Path parameters are filled with words, so that the paths can be sent.
"""

from __future__ import annotations

import importlib
import inspect
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

from azure.core.rest import HttpRequest
from pyapacheatlas.auth import BasicAuthentication
from pyapacheatlas.core import AtlasClient
from pyapacheatlas.core.collections.purview import PurviewCollectionsClient
from pyapacheatlas.core.discovery.purview import PurviewDiscoveryClient
from pyapacheatlas.core.glossary import PurviewGlossaryClient
from pyapacheatlas.core.graphql import GraphQLClient
from pyapacheatlas.core.util import AtlasException
from requests import Session

Call = tuple[str, str]
WORD = "some"

# Azure's packages: each module of generated operations, and what their clients put before its paths.
AZURE: Mapping[str, tuple[str, str]] = {
    "azure-purview-account": ("azure.purview.account.operations._{0}_operations", "/account"),
    "azure-purview-administration": ("azure.purview.administration.account.operations._operations", "/account"),
    "azure-purview-administration policies": (
        "azure.purview.administration.metadatapolicies.operations._operations",
        "/policyStore",
    ),
    "azure-purview-catalog": ("azure.purview.catalog.operations._operations", "/catalog/api"),
    "azure-purview-catalog by hand": ("azure.purview.catalog.operations._patch", "/catalog/api"),
    "azure-purview-datamap": ("azure.purview.datamap.operations._operations", "/datamap/api"),
}
_OPERATION = re.compile(r"build_(\w+?)_request(?:_initial)?")
ACCOUNT_PARTS = ("accounts", "collections", "resource_set_rules")


def azure(package: str) -> dict[str, Call]:
    """Return the calls of an Azure package by operation."""
    name, prefix = AZURE[package]
    modules = [importlib.import_module(name.format(part)) for part in (ACCOUNT_PARTS if "{0}" in name else ("",))]
    found = {}
    for module in modules:
        for function, build in inspect.getmembers(module, inspect.isfunction):
            if found_name := _OPERATION.fullmatch(function):
                try:
                    request = _built(build)
                except NotImplementedError:
                    # The package leaves this one to be written by hand; `_patch` has it.
                    continue
                found[found_name[1]] = (request.method, prefix + urlsplit(request.url).path)
    return found


def _built(build: Callable[..., HttpRequest]) -> HttpRequest:
    values = {}
    for name, parameter in inspect.signature(build).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        required = parameter.default is inspect.Parameter.empty
        if required or parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            values[name] = _value(name, str(parameter.annotation))
    try:
        return build(**values)
    except KeyError as missing:
        return build(**values, **{str(missing.args[0]): "application/json"})


def _value(name: str, annotation: str) -> object:
    if "List" in annotation:
        return [WORD]
    return 1 if "int" in annotation else WORD


def bare(calls: Mapping[str, Call]) -> dict[str, Call]:
    """Return the account's calls for a client whose endpoint is the host alone."""
    return {operation: (method, path.removeprefix("/account") or "/") for operation, (method, path) in calls.items()}


def purviewcli() -> dict[str, Call]:
    """Return the calls of `pv` by command. Each builds its request before it sends it."""
    found = {}
    for part in sorted(Path(str(importlib.import_module("purviewcli.client").__path__[0])).glob("_[a-z]*.py")):
        module = importlib.import_module(f"purviewcli.client.{part.stem}")
        kind = getattr(module, part.stem.removeprefix("_").title())
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if name.startswith("__"):
                continue
            build = inspect.getclosurevars(method).nonlocals["func"]
            for variant in (
                _Given(WORD),
                _Given(WORD, absent=("--policyId", "--policyName", "--glossaryGuid", "--type", "--name")),
            ):
                maker = kind()
                build(maker, variant)
                path = ("" if maker.app in {"management", "guardian"} else f"/{maker.app}") + maker.endpoint
                found[f"{name}{'' if not variant.absent else ' without'}"] = (maker.method, path)
    return found


OPENED_FILES = ("--bmFile", "--glossaryFile")


# Options by whose absence a command asks for something else.
OPTIONAL = ("--glossaryGuid", "--name", "--policyId", "--policyName", "--type")


class _Given(defaultdict[str, object]):
    """Arguments of a command line: whatever is asked for was given, but files and what is absent."""

    def __init__(self, word: str, absent: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.word, self.absent = word, absent

    def __missing__(self, key: str) -> object:
        if key in OPENED_FILES:
            return __file__
        return None if key in self.absent or key.lower().endswith(("file", "files")) else self.word


class _Sent(Exception):
    """The request that a client was about to send."""


class _Recorder(Session):
    """A session that sends nothing."""

    def request(self, method: str, url: str, **_: object) -> object:  # type: ignore[override]
        raise _Sent((method, urlsplit(url).path))


class _Classification(dict[str, str]):
    """A classification as JSON and as the object that one method asks for."""

    @property
    def typeName(self) -> str:
        return self["typeName"]


# What the methods of clients take, by the name of the argument; everything else is a word.
ARGUMENTS: Mapping[str, object] = {
    "attributes": {"qualifiedName": WORD},
    "batch": [{}],
    "businessMetadata": {WORD: {}},
    "classification": WORD,
    "classifications": [_Classification(typeName=WORD)],
    "entities": [{"guid": WORD}],
    "entityDefs": [{"name": WORD}],
    "guids": [WORD],
    "labels": [WORD],
    "search_filter": SimpleNamespace(params={}),
    "tags": [WORD],
    "typedefs": {"entityDefs": [{"name": WORD}]},
    "uniq_attributes": {"qualifiedName": WORD},
    "uniq_attributes_list": [{"qualifiedName": WORD}],
}


def apache_atlas() -> tuple[dict[str, Call], list[str]]:
    """Return the calls of `apache-atlas`, and the methods that fail before they send anything."""
    client = importlib.import_module("apache_atlas.client.base_client").AtlasClient("http://recorder", (WORD, WORD))
    client.session = _Recorder()
    calls, broken = {}, []
    for part in ("admin", "discovery", "entity", "glossary", "lineage", "relationship", "typedef"):
        for name, method in inspect.getmembers(getattr(client, part), inspect.ismethod):
            if name.startswith("_"):
                continue
            try:
                method(**_arguments(method))
            except _Sent as sent:
                calls[f"{part}.{name}"] = sent.args[0]
            except Exception as error:
                broken.append(f"{part}.{name}: {type(error).__name__} {error}")
            else:
                broken.append(f"{part}.{name}: sent nothing")
    return calls, broken


def _arguments(method: Callable[..., object]) -> dict[str, object]:
    found = {}
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}:
            continue
        found[name] = ARGUMENTS.get(name, WORD)
    return found


class _Answering(BaseHTTPRequestHandler):
    """Writes requests down, and answers each with Atlas' error, so that a client goes no further."""

    seen: list[Call]

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.seen.append((self.command, urlsplit(self.path).path))
        self.send_response(404)
        body = b'{"errorCode": "RECORDED", "errorMessage": ""}'
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_GET = do_POST = do_PUT = _answer  # noqa: N815 (the base class names them)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _recorder() -> Iterator[tuple[str, list[Call]]]:
    seen: list[Call] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (_Answering,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Arguments of pyapacheatlas' methods that need more than the general ones: one line a way in which each is called.
PYAPACHEATLAS: Mapping[str, tuple[dict[str, object], ...]] = {
    "assignTerm": ({"entities": [{"guid": WORD}], "termGuid": WORD},),
    "delete_assignedTerm": (
        {"entities": [{"guid": WORD, "relationshipAttributes": {}}], "termGuid": WORD},
        {"entities": [{"guid": WORD, "relationshipGuid": WORD}], "termGuid": WORD},
    ),
    "delete_businessMetadata": ({"guid": WORD, "businessMetadata": {WORD: {}}},),
    "delete_entity": ({"guid": [WORD]}, {"qualifiedName": WORD, "typeName": WORD}),
    "delete_entity_labels": (
        {"labels": [WORD], "guid": WORD},
        {"labels": [WORD], "typeName": WORD, "qualifiedName": WORD},
    ),
    "get_entity": ({"guid": [WORD]}, {"qualifiedName": [WORD], "typeName": WORD}),
    "get_entity_lineage": ({"guid": WORD, "direction": "BOTH"},),
    "get_entity_next_lineage": ({"guid": WORD, "direction": "INPUT"},),
    "get_glossary": ({"guid": WORD}, {"guid": WORD, "detailed": True}),
    "get_glossary_term": ({"guid": WORD},),
    "get_term": ({"guid": WORD},),
    "get_termAssignedEntities": ({"termGuid": WORD},),
    "get_typedef": ({"guid": WORD}, {"name": WORD}),
    "import_terms": ({"csv_path": __file__, "glossary_guid": WORD}, {"csv_path": __file__}),
    "partial_update_entity": (
        {"guid": WORD, "attributes": {"name": WORD}},
        {"typeName": WORD, "qualifiedName": WORD, "attributes": {"name": WORD}},
    ),
    "search_entities": ({"query": WORD},),
    "update_entity_labels": (
        {"labels": [WORD], "guid": WORD},
        {"labels": [WORD], "guid": WORD, "force_update": True},
        {"labels": [WORD], "typeName": WORD, "qualifiedName": WORD},
    ),
    "upload_entities": ({"batch": {"entities": [{}]}}, {"batch": {"entities": [{}]}, "collection": WORD}),
    "upload_single_entity": ({"entity": {}, "collection": WORD},),
    "upload_term": ({"term": {}}, {"term": {}, "termGuid": WORD, "force_update": True}),
    "upload_typedefs": ({"entityDefs": [{"name": WORD}]}, {"entityDefs": [{"name": WORD}], "force_update": True}),
}


def pyapacheatlas() -> dict[str, Call]:
    """Return the calls of `pyapacheatlas`: those of Atlas, and those of a Purview account."""
    found: dict[str, Call] = {}
    key = BasicAuthentication(WORD, WORD)
    with _recorder() as (url, seen):
        atlas = f"{url}/catalog/api/atlas/v2"
        parts = {
            "atlas": AtlasClient(endpoint_url=atlas, authentication=key),
            "collections": PurviewCollectionsClient(f"{url}/", key),
            "discovery": PurviewDiscoveryClient(f"{url}/catalog/api", key),
            "glossary": PurviewGlossaryClient(atlas, key),
            "graphql": GraphQLClient(f"{url}/datamap/api/graphql", key),
        }
        for part, client in parts.items():
            for name, method in inspect.getmembers(client, inspect.ismethod):
                if name.startswith("_"):
                    continue
                for number, given in enumerate(PYAPACHEATLAS.get(name, (_arguments(method),))):
                    del seen[:]
                    _drain(method, given)
                    found.update({f"{part}.{name} {number}.{at}": call for at, call in enumerate(seen)})
    return found


def _drain(method: Callable[..., object], given: Mapping[str, object]) -> None:
    """Call the method, and take what it yields. It ends in the recorder's error, or before it sends anything."""
    try:
        answer = method(**given)
        if inspect.isgenerator(answer):
            list(answer)
    except (AtlasException, Exception):  # AtlasException is no Exception.
        return
