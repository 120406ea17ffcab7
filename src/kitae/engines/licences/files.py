"""Which licence the text of a LICENSE file is."""

from __future__ import annotations

from kitae.engines.licences.names import UNKNOWN

_KNOWN: tuple[tuple[tuple[str, ...], str], ...] = (
    (("apache license", "version 2.0"), "Apache-2.0"),
    (("mit license", "permission is hereby granted"), "MIT"),
    (("permission is hereby granted, free of charge", 'the software is provided "as is"'), "MIT"),
    (("bsd 3-clause", "redistribution and use"), "BSD-3-Clause"),
    (("redistribution and use", "neither the name"), "BSD-3-Clause"),
    (("redistribution and use", "this list of conditions"), "BSD-2-Clause"),
    (("gnu affero general public license", "version 3"), "AGPL-3.0-only"),
    (("gnu lesser general public license", "version 3"), "LGPL-3.0-only"),
    (("gnu general public license", "version 3"), "GPL-3.0-only"),
    (("gnu general public license", "version 2"), "GPL-2.0-only"),
    (("mozilla public license", "version 2.0"), "MPL-2.0"),
    (("attribution-noncommercial-noderivatives 4.0 international",), "CC-BY-NC-ND-4.0"),
    (("attribution-noncommercial-sharealike 4.0 international",), "CC-BY-NC-SA-4.0"),
    (("attribution-noncommercial 4.0 international",), "CC-BY-NC-4.0"),
    (("attribution-noderivatives 4.0 international",), "CC-BY-ND-4.0"),
    (("attribution-sharealike 4.0 international",), "CC-BY-SA-4.0"),
    (("attribution 4.0 international",), "CC-BY-4.0"),
    (("cc0 1.0 universal",), "CC0-1.0"),
    (("open database license", "odbl"), "ODbL-1.0"),
    (("this is free and unencumbered software released into the public domain",), "Unlicense"),
    (("llama 2 community license",), "LicenseRef-llama2"),
    (("llama 3.1 community license",), "LicenseRef-llama3.1"),
    (("llama 3.2 community license",), "LicenseRef-llama3.2"),
    (("llama 3.3 community license",), "LicenseRef-llama3.3"),
    (("llama 4 community license",), "LicenseRef-llama4"),
    (("meta llama 3 community license",), "LicenseRef-llama3"),
    (("gemma terms of use",), "LicenseRef-gemma"),
)
"""Words that all stand at the start of the text -> SPDX; the first line that fits."""
START = 3000


def licence_of_text(text: str) -> str:
    """The SPDX name of a licence from the start of its text, or `unknown`."""
    start = " ".join(text[:START].lower().split())
    return next((name for words, name in _KNOWN if all(word in start for word in words)), UNKNOWN)
