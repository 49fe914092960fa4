"""`make document`: write the OpenAPI document, its page and the chunk message's schema."""

from tools.document.generated import files

for path, text in files().items():
    path.write_text(text, encoding="utf-8")
