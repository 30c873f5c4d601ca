"""What all pages share: filling in, data in JSON, and a policy with hashes."""

from __future__ import annotations

import base64
import hashlib
import json

from micrograd_tut.pages.html_page import as_json, document, filled, iframe, policy


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    assert filled("{{a}} {{b}}", {"a": "{{b}}", "b": "2"}) == "{{b}} 2"


def test_the_json_of_a_page_has_no_markup_and_keeps_its_numbers() -> None:
    entry = {"text": "</script><!--&\u2028", "numbers": [0.1, -0.0, 5e-324]}
    text = as_json(entry)
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == entry


def test_inf_and_nan_are_text_in_the_json() -> None:
    numbers = {"a": (float("inf"), float("nan"))}
    assert json.loads(as_json(numbers)) == {"a": ["inf", "nan"]}


def test_a_policy_allows_the_given_texts_by_their_hash() -> None:
    digest = base64.b64encode(hashlib.sha256(b"x = 1").digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy([], ["x = 1"])


def test_a_policy_without_texts_allows_none() -> None:
    assert "style-src 'none'; script-src 'none';" in policy([], [])


def test_the_page_in_an_iframe_is_escaped_and_in_a_sandbox() -> None:
    frame = iframe('<p title="a&b">', 'The "page"')
    assert 'sandbox="allow-scripts"' in frame
    assert 'srcdoc="&lt;p title=&quot;a&amp;b&quot;&gt;"' in frame


def test_a_document_allows_its_own_style_script_and_the_styles_of_its_picture() -> None:
    picture = "<svg><style>rect { fill: red }</style></svg>"
    body = "<body>{{picture}}<p>{{title}}</p><script>{{script}}</script></body>\n"
    page = document(body, {"title": "{{style}}"}, "p { color: blue }", "x = 1", picture)
    for text in ("p { color: blue }", "rect { fill: red }", "x = 1"):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page
    assert "<p>{{style}}</p>" in page  # what is filled in is not looked at again
