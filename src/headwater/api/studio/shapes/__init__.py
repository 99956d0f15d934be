"""The contract between Studio's pages and this server: every answer that the browser gets, named as a page needs it.

The TypeScript client is generated from the OpenAPI document that these structs make, so a change here shows in the
browser's compiler. Durations are in milliseconds.
"""
