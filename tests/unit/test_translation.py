"""The reader's language: whose it is, what it changes, and that every catalogue is whole."""

from __future__ import annotations

import ast
import datetime
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from practices_db import formats, list_translations, translation
from practices_db.catalogue.vocabularies import ids_in_order, label, listed_label
from practices_db.translation import LANGUAGES, language, speak
from tests import pseudo_locale

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [code for code in LANGUAGES if code != "en"]
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_MARKUP = ("**", "`", "](", "\n", ":material/", ":small[", "<")


def catalogue(code: str) -> Catalog:
    """Return the catalogue of a language as it stands in the repository."""
    with (ROOT / "locale" / code / "LC_MESSAGES" / "practices.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the forms of a text: one, or as many as there are for numbers."""
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated_and_none_that_is_not_said_any_more(code: str) -> None:
    said = {forms(message.id) for message in pseudo_locale.messages() if message.id}
    held = catalogue(code)
    translated = {forms(message.id) for message in held if message.id and all(forms(message.string))}
    assert said - translated == set()
    assert translated - said == set()
    assert not [message.id for message in held if message.id and message.fuzzy]


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_and_markup_are_those_of_the_english(code: str) -> None:
    held = catalogue(code)
    for message in held:
        if not message.id:
            continue
        english, said = forms(message.id), forms(message.string)
        assert len(said) == (1 if len(english) == 1 else held.num_plurals), message.id
        wanted = set(_PLACEHOLDER.findall(english[-1]))
        for one in said:
            found = set(_PLACEHOLDER.findall(one))
            assert found <= wanted, message.id
            assert wanted - found <= ({"{count}"} if len(english) > 1 else set()), message.id
            if len(english) == 1:
                assert [one.count(sign) for sign in _MARKUP] == [english[0].count(sign) for sign in _MARKUP], message.id


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("source", list_translations.SOURCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_text_of_a_list_is_missing_stale_or_gone(source: Path, code: str) -> None:
    """A change of the English fails here until somebody has looked at the translation and noted its new hash."""
    english_ = list_translations.english(source)
    stale = list_translations.stale(source, code)
    assert {place: (what, list_translations.hash_of(english_.get(place, ""))) for place, what in stale.items()} == {}
    for place, entry in list_translations.translated(source, code).items():
        english = list_translations.english(source)[place]
        assert set(_PLACEHOLDER.findall(entry.text)) == set(_PLACEHOLDER.findall(english)), place


@pytest.mark.parametrize("code", OTHERS)
def test_one_english_text_is_said_in_one_way(code: str) -> None:
    said: dict[str, set[str]] = {}
    for source in list_translations.SOURCES:
        for place, entry in list_translations.translated(source, code).items():
            said.setdefault(list_translations.english(source)[place], set()).add(entry.text)
    for message in catalogue(code):
        if isinstance(message.id, str) and message.id in said:
            said[message.id].add(str(message.string))
    assert {english: ways for english, ways in said.items() if len(ways) > 1} == {}


# What is no French: icons and colours of Streamlit, formats of charts, addresses, code.
_NO_FRENCH = re.compile(r":[a-z0-9_/]+:|:[a-z-]+\[|https?://\S+|`[^`]*`")


def test_french_has_a_space_that_does_not_break_before_its_signs() -> None:
    said = [one for message in catalogue("fr") if message.id for one in forms(message.string)]
    said += [
        entry.text
        for source in list_translations.SOURCES
        for entry in list_translations.translated(source, "fr").values()
    ]
    assert len(said) > 1_000
    wrong = re.compile("(?<![\u00a0\u202f*])[:;?!»](?![\\w/])|«(?![\u00a0\u202f])")
    assert [text for text in said if wrong.search(_NO_FRENCH.sub(" ", text))] == []


def glued(node: ast.AST) -> Iterator[str]:
    """Yield what code puts together with a colon or a semicolon, which not every language sets as English does.

    What is always written in English (``@speak(ENGLISH)``) is left out.
    """
    if isinstance(node, ast.FunctionDef) and "speak(ENGLISH)" in map(ast.unparse, node.decorator_list):
        return
    held: list[ast.AST] = []
    if isinstance(node, ast.JoinedStr):
        held = [*node.values]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        held = [node.func.value]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        held = [node.left, node.right]
    texts = [one.value for one in held if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if any(text != ":" and re.search(r"[:;](?=[ *]|$)", _NO_FRENCH.sub("", text)) for text in texts):
        yield ast.unparse(node)
    for inside in ast.iter_child_nodes(node):
        yield from glued(inside)


def test_names_and_values_and_lists_are_put_together_as_the_language_does() -> None:
    """``formats.pair`` and ``formats.parted`` do it."""
    pages = [path for path in (ROOT / "pages").rglob("*.py") if not {"curation", "server"} & {*path.parts}]
    others = [*(ROOT / "practices_db" / "files" / "briefs").glob("*.py")]
    others += [*(ROOT / "practices_db" / "catalogue").glob("*_texts.py")]
    found = {
        f"{path.name}: {one}"
        for path in (*pages, *others)
        if path.name != "charts.py"  # expressions of Vega
        for one in glued(ast.parse(path.read_text(encoding="utf-8")))
    }
    of_a_file = "groups.py: f'Scores by {FACET[by].label.lower()}: n, lowest, median, highest'"
    assert len(pages) > 60
    assert found == {of_a_file}


def test_a_stale_translation_is_not_shown(tmp_path: Path) -> None:
    english, german = tmp_path / "list.toml", tmp_path / "list.de.toml"
    english.write_text('title = "One"\n[[thing]]\nid = "a"\nlabel = "Two"\n', encoding="utf-8")
    old, gone = list_translations.hash_of("Zwo"), list_translations.hash_of("Three")
    german.write_text(
        f'"title" = {{ of = "{list_translations.hash_of("One")}", text = "Eins" }}\n'
        f'"thing.a.label" = {{ of = "{old}", text = "Zwei" }}\n"thing.b.label" = {{ of = "{gone}", text = "Drei" }}\n',
        encoding="utf-8",
    )
    assert list_translations.stale(english, "de") == {"thing.a.label": "changed", "thing.b.label": "gone"}
    assert list_translations.stale(english, "fr") == {"title": "missing", "thing.a.label": "missing"}


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls below a node that mark a text."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in ("_", "ngettext", "N_"):
            yield one


def test_no_text_is_marked_within_an_f_string_where_babel_does_not_look() -> None:
    for path in [*(ROOT / "pages").rglob("*.py"), *(ROOT / "practices_db").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                marked = [
                    one.lineno
                    for one in calls(node)
                    if any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(one))
                ]
                assert not marked, f"{path.relative_to(ROOT)}:{marked}"


def test_a_language_belongs_to_its_thread_and_ends_with_its_block() -> None:
    heard: list[str] = []
    with speak("pl"):
        one = threading.Thread(target=lambda: heard.append(language()))
        one.start()
        one.join()
        assert language() == "pl"
        with speak("fr"):
            assert language() == "fr"
        assert language() == "pl"
    assert (heard, language()) == (["en"], "en")
    with pytest.raises(KeyError), speak("tlh"):
        pass


@pytest.mark.parametrize(("tag", "code"), [("de-AT", "de"), ("pl_PL", "pl"), ("FR", "fr"), ("nl", None), (None, None)])
def test_a_tag_is_one_of_our_languages_or_none(tag: str | None, code: str | None) -> None:
    assert translation.like_language(tag) == code


def test_numbers_dates_and_lists_are_written_as_the_language_does() -> None:
    day = datetime.date(2026, 11, 5)
    assert (formats.count(12345), formats.decimal(1234.5, 2)) == ("12,345", "1,234.50")
    assert (formats.day(day), formats.listed("ABC")) == ("5 November 2026", "A, B and C")
    with speak("de"):
        assert (formats.count(12345), formats.decimal(1234.5, 1)) == ("12.345", "1.234,5")
        assert (formats.day(day), formats.listed("ABC", last="or")) == ("5. November 2026", "A, B oder C")
        assert (formats.within("Frauen"), formats.within("Junge Menschen")) == ("Frauen", "junge Menschen")
        assert (formats.listed(["A"]), formats.listed([])) == ("A", "")
    with speak("pl"):
        assert (formats.decimal(1234.5, 1), formats.day(day)) == ("1\N{NO-BREAK SPACE}234,5", "5 listopada 2026")
        assert [translation.translations().ngettext("a", "b", count) for count in (1, 5)] == ["a", "b"]  # no such text
    with speak("fr"):
        assert (formats.within("Femmes"), formats.within("ONG")) == ("femmes", "ONG")
        assert (
            formats.pair("Pays", formats.parted(["Italie, Rome", "Malte"])) == "Pays\u202f: Italie, Rome\u202f; Malte"
        )
    assert formats.pair("Country", formats.parted(["Italy, Rome", "Malta"])) == "Country: Italy, Rome; Malta"


def test_lists_are_sorted_by_the_alphabet_of_the_language() -> None:
    with speak("pl"):
        assert formats.in_order(["Żory", "Zator", "Źródła", "Łódź", "Lublin", "Luboń"]) == [
            "Lublin", "Luboń", "Łódź", "Zator", "Źródła", "Żory",
        ]  # fmt: skip
        ids = ids_in_order("country")
        assert ids.index("LT") < ids.index("LU") < ids.index("LV") < ids.index("MT")  # Litwa, Luksemburg, Łotwa, Malta
    with speak("de"):
        named = [label("country", id_) for id_ in ids_in_order("country")]
        assert named.index("Ägypten") < named.index("Albanien") < named.index("Österreich") < named.index("Polen")
        assert ids_in_order("area")[0] == "EU"


@pytest.mark.parametrize(("code", "words"), [("en", "Germany · Deutschland"), ("de", "Deutschland · Germany")])
def test_a_country_is_found_by_its_own_the_english_and_the_shown_name(code: str, words: str) -> None:
    with speak(code):
        assert listed_label("country", "DE") == words
        assert listed_label("area", "GB").endswith("United Kingdom")
        assert listed_label("sector", "health") == label("sector", "health")


def test_a_catalogue_that_cannot_be_read_leaves_the_texts_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eo" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "eo" / "LC_MESSAGES" / "practices.po").write_text('msgid "Explore\nmsgstr', encoding="utf-8")
    monkeypatch.setenv("PRACTICES_LOCALE", str(tmp_path))
    translation.texts_of.cache_clear()
    assert translation.texts_of("eo").gettext("Explore") == "Explore"
    assert translation.texts_of("de").gettext("Explore") == "Explore"  # no file at all
    translation.texts_of.cache_clear()
    with speak("de"):
        assert translation._("") == ""
