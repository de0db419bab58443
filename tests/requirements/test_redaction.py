import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.redaction import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:s3cret@x.example/simple", "https://****@x.example/simple"),
        ("https://s3cret@x.example:8080/", "https://****@x.example:8080/"),
        ("https://me:p@ss@x.example/", "https://****@x.example/"),
        ("git+ssh://git@x.example/a.git@v1", "git+ssh://****@x.example/a.git@v1"),
        ("two: http://a:b@x.example http://c:d@y.example/z",
         "two: http://****@x.example http://****@y.example/z"),
        ("https://x.example/a?access_token=s3cret&b=c", "https://x.example/a?access_token=****&b=c"),
        ("https://x.example/a?X-Amz-Signature=1f", "https://x.example/a?X-Amz-Signature=****"),
        ("https://x.example/a?sig=1f#sha256=ab", "https://x.example/a?sig=****#sha256=ab"),
    ],
)  # fmt: skip
def test_credentials_are_replaced_by_stars(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "pandas>=2 ; python_version < '3.11'",
        "a @ https://x.example/@scope/a.whl",
        "a @ https://x.example/a.zip?design=1&page=2",
        "git@x.example:a/b.git",
        "me@mail.example",
    ],
)
def test_text_without_credentials_stays(text):
    assert redact(text) == text


SECRETS = st.text("abcXYZ019-._~%!$&'()*+,;=", min_size=8)


@given(user=SECRETS, password=SECRETS)
def test_no_password_gets_through(user, password):
    shown = redact(f"see https://{user}:{password}@x.example/simple/ now")
    assert shown == "see https://****@x.example/simple/ now"
