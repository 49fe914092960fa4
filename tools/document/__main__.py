"""`make document`: write the document and its page into the folder of the function that serves them."""

from tools.document.generated import files

for path, text in files().items():
    path.write_text(text, encoding="utf-8")
