"""Routes about the API itself: open to everybody, and without a word about any case."""

from __future__ import annotations

from functions.api import docs_page
from functions.api.routing import Call, Content, Reply, Routes

ROUTES = Routes("About")


@ROUTES.add("GET", "/health", "See whether the API answers", Content("Health", "It does."), public=True)
def check_health(call: Call) -> Reply:
    """Answers without looking at the table: a throttled table is no reason to take the API away."""
    del call
    return Reply({"status": "ok"})


@ROUTES.add(
    "GET",
    "/openapi.json",
    "Read the OpenAPI document",
    Content("OpenApi", "This document."),
    public=True,
    compress=True,
)
def read_openapi(call: Call) -> Reply:
    """The OpenAPI 3.1 document of this API."""
    del call
    # Loaded on demand: the document needs pydantic, no other answer does.
    from functions.api.openapi import document  # noqa: PLC0415

    return Reply(document(), headers={"Cache-Control": "public, max-age=300"})


@ROUTES.add(
    "GET",
    "/docs",
    "Try the API in a browser",
    Content(None, "Swagger UI.", other=("text/html",)),
    public=True,
    compress=True,
)
def read_docs(call: Call) -> Reply:
    """Swagger UI over this document. Nothing is loaded from other hosts."""
    del call
    html, policy = docs_page.page()
    headers = {"Content-Security-Policy": policy, "Cache-Control": "public, max-age=300"}
    return Reply(html, headers=headers, media_type="text/html; charset=utf-8")
