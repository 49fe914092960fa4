"""Texts in the place of identifiers: what stands for a lost one, what can't be seen, and spellings of the same."""

MISSING = [
    *(
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#SPILL!",
        "#NUM!",
        "#NV",
        "#BEZUG!",
        "#####",
        "Err:502",
    ),
    *("NULL", "null", "(null)", "N/A", "n.a.", "NA", "NaN", "None", "nil", "undefined", "-", "--", "\u2014", "?", "."),
    *("\\N", "[object Object]", "\u00a0-\u00a0", "#\u0421\u0421\u042b\u041b\u041a\u0410!"),
]
ROUNDED = [
    "4.53202E+15",
    "4,53202E+15",
    "1E+10",
    "1.2e-7",
    "4E15",
    "-1.5E+12",
    "123456789012.0",
    "4.532015112830366E15",
]
NO_EMAIL = [
    *("<ann@example.com>", "Ann <ann@example.com>", "ann@example.com;", "mailto:ann@example.com", "ann@example..com"),
    *(
        "ann.@example.com",
        ".ann@example.com",
        "a..n@example.com",
        "ann@example.com.",
        "ann@example.com\\",
        "ann@-a.com",
    ),
    *(
        "ann@@example.com",
        "ann",
        "@example.com",
        "ann@",
        "ann (home)@example.com",
        "a,b@example.com",
        "ann@exa_mple.com",
    ),
    *(
        "ann@[127.0.0.1]",
        "ann@127.0.0.1",
        "an n@example.com",
        "ann@example.com, bob@example.com",
        "ann\u200b@example.com",
    ),
]
EMAILS = {"ann@b\u00fccher.example": "ann@xn--bcher-kva.example", "e\u0301@example.com": "\u00e9@example.com"}
"""How an address is stored that is not stored as it stands."""
SAME = [
    ("ann@example.com", "ANN@EXAMPLE.COM"),
    ("ann@example.com", "\u00a0ann@example.com\u3000"),
    ("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
    ("ann@b\u00fccher.example", "Ann@B\u00dcCHER.example"),
    ("ann@b\u00fccher.example", "ann@bu\u0308cher\u3002example"),
    ("e\u0301@example.com", "\u00e9@example.com"),
    ("+442079460958", "+44 (0)20 7946 0958"),
    ("+442079460958", "0044 (0) 20-7946-0958"),
    ("+442079460958", "+44 [0] 20 7946 0958"),
    ("+4930123456", "+49 30/123456"),
    ("+4930123456", "+49\u00a030\u2011123\u2013456"),
    ("+4930123456", "+49 (30) 12\u221234\u204456"),
    ("+4930123456", "\uff0b49\uff0830\uff09123.456"),
]
UNSEEN = "\u200b\ufeff\u200e\u202e\u00ad\u2060\u3164\u034f\ufe0f\ufffd"
BLANK = "\u00a0\u3000\u2003\u202f\u1680\u200b\t"
