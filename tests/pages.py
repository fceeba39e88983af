"""Reading a report's HTML: its text, the cells of a row, and what it would load."""

import html
import re
from html.parser import HTMLParser


def text_of(page):
    """All that a reader reads."""
    return " ".join(
        html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r'src="[^"]*"|<style>.*?</style>', "", page, flags=re.S))).split()
    )


def cells(page, first):
    """Texts of the first table row that begins with a condition."""
    row = re.search(rf"<tr[^>]*><td[^>]*>{first}</td>(.*?)</tr>", page, re.S).group(1)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]


class Sources(HTMLParser):
    """What a page takes from elsewhere, and its tags."""

    def __init__(self):
        super().__init__()
        self.found, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.found += [value for name, value in attrs if name in {"src", "href", "data", "srcset", "poster"}]
