"""x."""


def gallery_page() -> str:
    return "# Gallery\n"
