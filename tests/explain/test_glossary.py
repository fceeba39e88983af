"""The glossary: the same terms on the console and in the documentation."""

from __future__ import annotations

import re

from astrosim.explain.glossary import GLOSSARY, glossary_page


def test_the_page_of_the_documentation_holds_the_terms() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", glossary_page(), re.MULTILINE)
    assert dict(rows[1:]) == GLOSSARY


def test_terms_stand_in_order_and_explain_what_outputs_call_them() -> None:
    assert list(GLOSSARY) == sorted(GLOSSARY)
    for term in (
        "replicate",
        "frozen probe",
        "matching bits",
        "soft reward",
        "eligible",
        "dormant",
        "late degradation",
    ):
        assert GLOSSARY[term]
