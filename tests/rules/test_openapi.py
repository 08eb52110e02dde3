"""The OpenAPI document: valid, complete, and accurate."""

import json
import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import SearchStrategy
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from dateline.imports.columns import NAMES
from tests.factories import JSON, as_json, make_item, make_items

load_all_checks()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/v1/openapi.json")
    assert response.status_code == 200
    document: dict[str, Any] = response.get_json()
    return document


def test_it_is_sound(document: dict[str, Any]) -> None:
    validate(document)


def test_it_names_every_route_and_method_below_v1(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^:<>]*:)?([^<>]*)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1") and rule.endpoint != "documents.openapi"
    }
    described = {
        (path, method) for path, operations in document["paths"].items() for method in operations
    }
    assert described == routes
    assert ("/v1/entries/{entry_id}", "patch") in described


def test_every_operation_has_its_own_name_and_tells_its_failures(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert {"400", "500"} <= set(operation["responses"])
        for status, answer in operation["responses"].items():
            # A submission whose rows were all rejected still gets an outcome for each row.
            if (operation["operationId"], status) == ("bulk", "422"):
                continue
            if int(status) >= 400:
                # Gunicorn rejects a URL that is too long, in HTML.
                form = "text/html" if status == "414" else "application/problem+json"
                assert list(answer["content"]) == [form], operation["operationId"]
        assert "414" in operation["responses"]


def test_a_query_has_no_null(document: dict[str, Any]) -> None:
    parameters = [
        parameter
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation["parameters"]
    ]
    assert {"q", "interval", "cursor", "date_order"} <= {one["name"] for one in parameters}
    assert "null" not in json.dumps(parameters)


def test_bounds_are_said_exactly(client: FlaskClient, document: dict[str, Any]) -> None:
    """The bounds are doubles, which cannot represent 2**63 - 1."""
    parameters = document["paths"]["/v1/imports"]["get"]["parameters"]
    (most,) = (one["schema"]["maximum"] for one in parameters if one["name"] == "cursor")
    assert client.get(f"/v1/imports?cursor={int(most)}").status_code == 200
    assert client.get(f"/v1/imports?cursor={int(most) + 1}").status_code == 400


def test_a_change_takes_what_a_new_entry_takes(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    change, new = (schemas[name]["properties"] for name in ("EntryChange", "NewEntry"))
    assert change == {name: new[name] for name in ("title", "url", "date")}


def test_no_paragraph_is_indented_as_code_is(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            assert "\n " not in operation["description"], operation["operationId"]


def test_an_entry_that_was_read_can_be_sent_by_the_document(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    entry = client.post("/v1/entries", json=make_item()).get_json()
    sent = {name: entry[name] for name in entry.keys() - {"id", "site", "added_at", "import_id"}}

    assert client.post("/v1/entries", json=sent).status_code == 200
    assert sent.keys() <= document["components"]["schemas"]["NewEntry"]["properties"].keys()


@pytest.mark.parametrize("name", [*NAMES["url"], *NAMES["date"]])
@pytest.mark.parametrize("beside", [False, True])
def test_every_name_of_a_field_is_in_the_document(
    client: FlaskClient, document: dict[str, Any], name: str, beside: bool
) -> None:
    """Together with the field's own name, both the service and the document reject it."""
    field = "url" if name in NAMES["url"] else "date"
    name = "pubDate" if name == "pubdate" else name
    item = make_item()
    sent = {**item, name: item[field]}
    if not beside and name != field:
        del sent[field]
    schema = document["components"]["schemas"]["NewEntry"]

    is_sound = not beside or name == field
    assert client.post("/v1/entries", json=sent).status_code == (201 if is_sound else 422)
    assert sent.keys() <= schema["properties"].keys()
    groups = [
        {name for one in group["oneOf"] for name in one["required"]} for group in schema["allOf"]
    ]
    assert all(len(group & sent.keys()) == 1 for group in groups) is is_sound


CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_service_does_what_the_document_says(app: Flask, mode: GenerationMode) -> None:
    """Schemathesis generates valid and invalid requests for each operation."""
    items = [*make_items(3), make_item(date="May 23")]
    app.test_client().post("/v1/bulk", data=as_json(items), content_type=JSON)
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)
    checks = CHECKS.get_by_names(list(CHECKED))
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) > 10
    for operation in operations:
        _ask(operation.as_strategy(generation_mode=mode), checks)


def _ask(cases: SearchStrategy[Any], checks: list[Any]) -> None:
    @hypothesis_settings(
        max_examples=40,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        # The transport of the tests does not decompress gzip.
        case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

    ask()
