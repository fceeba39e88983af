"""Reading a report's HTML: its text, the cells of a row, and what it would load."""

import base64
import html
import re
from html.parser import HTMLParser


def text_of(page):
    """All that a reader reads."""
    shown = re.sub(r'src="[^"]*"|<style>.*?</style>|<wbr>', "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def cells(page, first):
    """Texts of the first table row that begins with a condition."""
    row = re.search(rf"<tr[^>]*><td[^>]*>{first}</td>(.*?)</tr>", page, re.S).group(1)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]


def assert_self_contained(page):
    """Check that a page loads nothing and that its figures are SVG; return their sources."""
    sources = Sources()
    sources.feed(page)
    assert sources.found
    assert all(value.startswith("data:image/") for value in sources.found)
    assert not {"script", "link", "iframe", "object"} & set(sources.tags)
    assert "@import" not in page
    assert "url(" not in page
    for value in sources.found:
        svg = base64.b64decode(value.partition(",")[2])
        assert svg.startswith(b"<?xml")
        assert not re.search(rb'href="(?!#|data:)', svg)
    return sources.found


class Sources(HTMLParser):
    """What a page takes from elsewhere, and its tags."""

    def __init__(self):
        super().__init__()
        self.found, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.found += [value for name, value in attrs if name in {"src", "href", "data", "srcset", "poster"}]
