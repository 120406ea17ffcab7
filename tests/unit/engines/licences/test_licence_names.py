from __future__ import annotations

import pytest

from kitae.engines.licences import UNKNOWN, licence_of_text, spdx

NAMES = {
    "MIT": "MIT",
    "The MIT License": "MIT",
    "apache-2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
    'BSD 3-Clause "New" or "Revised" License': "BSD-3-Clause",
    "gpl-3.0": "GPL-3.0-only",
    "GNU General Public License v3.0": "GPL-3.0-only",
    "https://www.gnu.org/licenses/gpl-3.0.html": "GPL-3.0-only",
    "GPL-2.0-only WITH Classpath-exception-2.0": "GPL-2.0-only WITH Classpath-exception-2.0",
    "CC BY-NC 4.0": "CC-BY-NC-4.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0",
    "Attribution 4.0 International (CC BY 4.0)": "CC-BY-4.0",
    "Creative Commons Attribution-NonCommercial 4.0 International": "CC-BY-NC-4.0",
    "https://creativecommons.org/licenses/by-nc-nd/4.0/deed.ja": "CC-BY-NC-ND-4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "CC0: Public Domain": "CC0-1.0",
    "cc-by-nc": "LicenseRef-CC-BY-NC",
    "署名-非商业性使用 4.0 国际": "CC-BY-NC-4.0",
    "表示 - 非営利 4.0 国際": "CC-BY-NC-4.0",
    "odbl": "ODbL-1.0",
    "ODC Attribution License (ODC-By)": "ODC-By-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    "llama3.1": "LicenseRef-llama3.1",
    "Llama 3.1 Community License": "LicenseRef-llama3.1",
    "gemma": "LicenseRef-gemma",
    "bigscience-openrail-m": "LicenseRef-bigscience-openrail-m",
    "MIT OR Apache-2.0": "MIT OR Apache-2.0",
    "(mit OR gpl-3.0) AND cc-by-4.0": "(MIT OR GPL-3.0-only) AND CC-BY-4.0",
    "license:mit": "MIT",
}


@pytest.mark.parametrize("text", NAMES)
def test_what_people_write_becomes_the_name_of_spdx(text):
    assert spdx(text) == NAMES[text]
    assert spdx(NAMES[text]) == NAMES[text]


@pytest.mark.parametrize(
    "text", ["", "other", "NOASSERTION", "unknown", "cc", "其他", "my own words", "MIT OR my words", "x" * 300]
)  # fmt: skip
def test_what_names_no_licence_is_unknown(text):
    assert spdx(text) == UNKNOWN


def test_a_licence_is_told_from_the_start_of_its_text():
    assert licence_of_text("Apache License\n   Version 2.0, January 2004") == "Apache-2.0"
    assert licence_of_text("GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007") == "GPL-3.0-only"
    assert licence_of_text("Do what you like.") == UNKNOWN
