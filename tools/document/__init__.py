"""The API's description: an OpenAPI 3.1 document and a page that shows it, made from what the endpoints are made of.

`make document` writes both into the folder of the function that serves them; a test fails while they are stale.
"""
