"""The handbook of staff: each chapter, in each language."""

import pytest
from django.conf import settings

from loyalty_site.handbook import CHAPTERS, text_of


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
@pytest.mark.parametrize("key", [chapter.key for chapter in CHAPTERS])
def test_every_chapter_is_there_in_every_language(key, language):
    text_of.cache_clear()

    assert "<p>" in text_of(key, language)
