"""What MNIST's and Fashion-MNIST's files hold (SHA-256 of the unpacked bytes) and where they are offered.

LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747.
The sums are those of the IDX files themselves: mirrors and folders hold them packed by different programs, so that the
sums of the packed files differ although what they hold is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"


@dataclass(frozen=True)
class Source:
    """A data set's files.

    Parameters
    ----------
    title : str
    folders : tuple of str
        Subfolders in which people keep it.
    mirrors : tuple of str
        Addresses, each with its closing slash.
    sums : dict of str to str
        SHA-256 of every unpacked file, by its name without ``.gz``.
    """

    title: str
    folders: tuple[str, ...]
    mirrors: tuple[str, ...]
    sums: dict[str, str]


SOURCES = {
    "mnist": Source(
        title="MNIST",
        folders=("mnist", "MNIST/raw"),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        sums={
            TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ),
    "fashion": Source(
        title="Fashion-MNIST",
        folders=("fashion-mnist", "FashionMNIST/raw"),
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        sums={
            TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    ),
}


def holder(digest: str) -> tuple[Source, str] | None:
    """Return the data set and the file that a SHA-256 belongs to, if any."""
    return next(
        ((source, file) for source in SOURCES.values() for file, known in source.sums.items() if known == digest), None
    )
