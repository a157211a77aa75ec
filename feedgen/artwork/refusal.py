"""Why an upload or a crop area is refused, as a word a machine can keep and a sentence."""

from __future__ import annotations

from typing import Literal

from feedgen.errors import FeedgenError

Code = Literal[
    "too-many-pixels",
    "too-large",
    "truncated",
    "corrupt",
    "undecodable",
    "limit",
    "unsupported",
    "empty",
    "crop",
]

HINTS: dict[str, str] = {
    "too-many-pixels": "upload a picture of at most 64 megapixels and 12,000 pixels a side",
    "too-large": "upload a file of at most 20 MiB",
    "truncated": "upload the file again, its end is missing",
    "corrupt": "export the picture again and upload the new file",
    "undecodable": "export the picture again and upload the new file",
    "limit": "export the picture again as a plain JPEG or PNG",
    "unsupported": "upload a JPEG, PNG or WebP picture",
    "empty": "upload the file again, it has no bytes",
    "crop": "choose a crop area that lies within the picture",
}


class ImageRefused(FeedgenError):
    """No style can be made of this upload and crop area; `code` is one of `Code`.

    `lasting` is false where the same input may work another time, for example because a worker
    process was stopped: such a refusal is not to be remembered.
    """

    exit_code = 4

    def __init__(self, code: Code, message: str, *, lasting: bool = True) -> None:
        super().__init__(message, hint=HINTS[code])
        self.code: Code = code
        self.lasting = lasting
